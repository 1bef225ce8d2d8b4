import { Document, type Node } from 'yaml';
import { formatDurationMs } from '../query/duration.ts';

/** A rule as `/api/v1/rules` tells it. Times in seconds. */
export interface ExportedRule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly query: string;
  readonly duration?: number;
  readonly keepFiringFor?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly resolve?: string;
  readonly onMissing?: string;
}

export interface ExportedGroup {
  readonly name: string;
  readonly interval: number;
  readonly queryOffset: number;
  readonly limit: number;
  readonly rules: readonly ExportedRule[];
}

/**
 * A rule file of the groups. Groups of different files may have one name, which no file may: later ones get a number.
 * @param isPlain without the fields that Prometheus refuses; they become comments, and are in `lost`
 */
export function exportRules(
  groups: readonly ExportedGroup[],
  isPlain: boolean,
): { readonly text: string; readonly lost: readonly string[] } {
  const names = uniqueNames(groups.map(({ name }) => name));
  const document = new Document({
    groups: groups.map((group, index) => ({
      name: names[index],
      ...(group.interval > 0 && { interval: duration(group.interval) }),
      ...(group.queryOffset > 0 && { query_offset: duration(group.queryOffset) }),
      ...(group.limit > 0 && { limit: group.limit }),
      rules: group.rules.map((rule) => ({ ...toPlain(rule), ...(!isPlain && ownFields(rule)) })),
    })),
  });
  if (!isPlain) return { text: document.toString(), lost: [] };
  const lost: string[] = [];
  for (const [groupIndex, { rules }] of groups.entries()) {
    for (const [index, rule] of rules.entries()) {
      const texts = Object.entries(ownFields(rule)).map(([field, text]) => `${field}: ${text}`);
      if (texts.length === 0) continue;
      const node = document.getIn(['groups', groupIndex, 'rules', index]) as Node;
      node.commentBefore = texts.join('\n').replace(/^/gm, ' ');
      lost.push(...texts.map((text) => `${rule.name}: ${text}`));
    }
  }
  return { text: document.toString(), lost };
}

function uniqueNames(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function toPlain(rule: ExportedRule) {
  const {
    type,
    name,
    query,
    duration: forSeconds = 0,
    keepFiringFor = 0,
    labels,
    annotations = {},
  } = rule;
  return {
    ...(type === 'alerting' ? { alert: name } : { record: name }),
    expr: query,
    ...(forSeconds > 0 && { for: duration(forSeconds) }),
    ...(keepFiringFor > 0 && { keep_firing_for: duration(keepFiringFor) }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

function ownFields({ resolve, onMissing }: ExportedRule): Readonly<Record<string, string>> {
  return {
    ...(resolve !== undefined && { resolve }),
    ...(onMissing !== undefined && { on_missing: onMissing }),
  };
}

function duration(seconds: number): string {
  return formatDurationMs(seconds * 1000);
}
