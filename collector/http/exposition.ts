/** The text format that Prometheus scrapes, version 0.0.4. */
import type { Labels } from '../../wire/metric.ts';

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped';
  readonly help: string;
  readonly samples: readonly FamilySample[];
}

export interface FamilySample {
  /** After the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
  /** Milliseconds since the epoch; absent = now. */
  readonly timeMs?: number;
}

export function formatExposition(families: Iterable<Family>): string {
  let text = '';
  for (const { name, type, help, samples } of families) {
    if (help !== '')
      text += `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n`;
    text += `# TYPE ${name} ${type}\n`;
    for (const sample of samples) text += formatSample(name + (sample.suffix ?? ''), sample);
  }
  return text;
}

function formatSample(name: string, { labels = {}, value, timeMs }: FamilySample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `${name}${braces} ${formatValue(value)}${timeMs === undefined ? '' : ` ${timeMs}`}\n`;
}

function escapeLabel(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

/** As Go prints them. */
function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
