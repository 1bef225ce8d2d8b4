import type { Node } from 'yaml';
import { reasonOf } from '../../base/errors.ts';
import { checkTypes } from '../query/check.ts';
import { parseDurationMs } from '../query/duration.ts';
import { METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import { experimentalIn } from './experimental.ts';
import type { AlertingRule, OnMissing, RecordingRule, Rule, RuleGroup } from './rule.ts';
import { Template } from './template/expand.ts';
import { TemplateSyntaxError } from './template/lexer.ts';
import { type FileProblem, YamlReader } from './yaml-reader.ts';

/** Larger files are refused: reading one would hold the collector for seconds. About 20,000 rules. */
export const RULE_FILE_BYTES_MAX = 8 * 1024 * 1024;

export interface RuleFileOptions {
  readonly ignoreUnknownFields?: boolean;
  /** Refuse functions that Prometheus has only when they are switched on. */
  readonly refuseExperimental?: boolean;
}

export interface RuleFile {
  readonly groups: readonly RuleGroup[];
  /** Empty when the file may be loaded. */
  readonly problems: readonly FileProblem[];
}

const GROUP_FIELDS = ['name', 'interval', 'query_offset', 'limit', 'rules', 'labels'] as const;
const RULE_FIELDS = [
  'record',
  'alert',
  'expr',
  'for',
  'keep_firing_for',
  'labels',
  'annotations',
  'resolve',
  'on_missing',
] as const;

type RuleFields = Readonly<Partial<Record<(typeof RULE_FIELDS)[number], Node>>>;

/**
 * Reads a Prometheus rule file with our additions `resolve:` and `on_missing:`. Never throws: what is wrong is in `problems`, each
 * with its line and column.
 * Source: Prometheus, "Defining recording rules", "Alerting rules"
 */
export function parseRuleFile(text: string, options: RuleFileOptions = {}): RuleFile {
  if (Buffer.byteLength(text) > RULE_FILE_BYTES_MAX) {
    const message = `the file is larger than ${RULE_FILE_BYTES_MAX / 1024 / 1024} MiB; split it into several files`;
    return { groups: [], problems: [{ line: 0, column: 0, message }] };
  }
  const yaml = new YamlReader(text, options);
  const reader = new RuleFileReader(yaml, options.refuseExperimental ?? false);
  const groups = reader.read();
  return { groups, problems: yaml.problems };
}

class RuleFileReader {
  readonly #yaml: YamlReader;
  readonly #refusesExperimental: boolean;

  constructor(yaml: YamlReader, refusesExperimental: boolean) {
    this.#yaml = yaml;
    this.#refusesExperimental = refusesExperimental;
  }

  read(): readonly RuleGroup[] {
    const { groups } = this.#yaml.mapping(this.#yaml.root, 'a rule file', ['groups']);
    const names = new Set<string>();
    return this.#yaml.list(groups, 'rule groups').map((node) => {
      const group = this.#group(node);
      if (group.name === '') this.#yaml.fail(node, 'Groupname must not be empty');
      if (names.has(group.name)) {
        this.#yaml.fail(node, `groupname: "${group.name}" is repeated in the same file`);
      }
      names.add(group.name);
      return group;
    });
  }

  #group(node: Node | undefined): RuleGroup {
    const fields = this.#yaml.mapping(node, 'a rule group', GROUP_FIELDS);
    const name = this.#yaml.text(fields.name);
    const labels = this.#yaml.textMap(fields.labels);
    this.#checkLabelNames(labels, fields.labels, '');
    return {
      name,
      file: '',
      intervalMs: this.#duration(fields.interval) || undefined,
      queryOffsetMs: fields.query_offset && this.#duration(fields.query_offset),
      limit: this.#yaml.integer(fields.limit),
      rules: this.#yaml
        .list(fields.rules, 'rules')
        .map((rule, index) => this.#rule(rule, { group: name, number: index + 1, labels })),
    };
  }

  #rule(
    node: Node | undefined,
    at: {
      readonly group: string;
      readonly number: number;
      readonly labels: Readonly<Record<string, string>>;
    },
  ): Rule {
    const fields = this.#yaml.mapping(node, 'a rule', RULE_FIELDS);
    const record = this.#yaml.text(fields.record);
    const alert = this.#yaml.text(fields.alert);
    const context = `group "${at.group}", rule ${at.number}, "${alert || record}": `;
    const fail = (where: Node | undefined, message: string) =>
      this.#yaml.fail(where ?? node, context + message);
    if (record && alert) fail(fields.record, "only one of 'record' and 'alert' must be set");
    if (!record && !alert) fail(node, "one of 'record' or 'alert' must be set");
    const expr = this.#expression(fields.expr, 'expr', fail);
    const labels = this.#yaml.textMap(fields.labels);
    this.#checkLabelNames(labels, fields.labels, context);
    const line = this.#yaml.positionOf(node).line;
    if (!alert) {
      this.#checkRecording(fields, record, fail);
      const rule: RecordingRule = {
        kind: 'record',
        name: record,
        expr,
        labels: { ...at.labels, ...labels },
        line,
      };
      return rule;
    }
    const annotations = this.#yaml.textMap(fields.annotations);
    const resolve = fields.resolve && this.#expression(fields.resolve, 'resolve', fail);
    const rule: AlertingRule = {
      kind: 'alert',
      name: alert,
      expr,
      forMs: this.#duration(fields.for),
      keepFiringForMs: this.#duration(fields.keep_firing_for),
      labels: this.#templates({ ...at.labels, ...labels }, 'label', fields.labels, fail),
      annotations: this.#templates(annotations, 'annotation', fields.annotations, fail),
      resolve,
      onMissing: this.#onMissing(fields.on_missing, fail),
      line,
    };
    return rule;
  }

  #expression(node: Node | undefined, field: string, fail: Fail): string {
    const text = this.#yaml.text(node);
    if (text === '') {
      fail(node, `field '${field}' must be set in rule`);
      return text;
    }
    try {
      const tree = parseSyntax(text);
      const experimental = this.#refusesExperimental ? experimentalIn(tree) : undefined;
      if (experimental) throw new Error(`function "${experimental}" is not enabled`);
      checkTypes(text, tree);
    } catch (error) {
      const of = field === 'expr' ? '' : ` of '${field}'`;
      fail(node, `could not parse expression${of}: ${reasonOf(error)}`);
    }
    return text;
  }

  #checkRecording(fields: RuleFields, name: string, fail: Fail): void {
    const none = ['annotations', 'for', 'keep_firing_for', 'resolve', 'on_missing'] as const;
    for (const field of none) {
      if (fields[field] && !this.#isEmpty(field, fields[field])) {
        fail(fields[field], `invalid field '${field}' in recording rule`);
      }
    }
    if (/[{}]/.test(name)) {
      fail(
        fields.record,
        `braces present in the recording rule name; should it be in expr?: ${name}`,
      );
    }
  }

  #isEmpty(field: string, node: Node): boolean {
    if (field === 'annotations') return Object.keys(this.#yaml.textMap(node)).length === 0;
    return field !== 'resolve' && field !== 'on_missing' && this.#duration(node) === 0;
  }

  #checkLabelNames(
    labels: Readonly<Record<string, string>>,
    node: Node | undefined,
    context: string,
  ): void {
    for (const name of Object.keys(labels)) {
      if (name === '' || name === METRIC_NAME) {
        this.#yaml.fail(node, `${context}invalid label name: ${name}`);
      }
    }
  }

  #templates(
    texts: Readonly<Record<string, string>>,
    kind: 'label' | 'annotation',
    node: Node | undefined,
    fail: Fail,
  ): ReadonlyMap<string, Template> {
    const templates = new Map<string, Template>();
    for (const [name, text] of Object.entries(texts)) {
      if (kind === 'annotation' && name === '') {
        fail(node, `invalid annotation name: ${name}`);
      }
      try {
        templates.set(name, new Template(text));
      } catch (error) {
        if (!(error instanceof TemplateSyntaxError)) throw error;
        fail(node, `${kind} "${name}": template: ${error.line}: ${error.message}`);
      }
    }
    return templates;
  }

  #duration(node: Node | undefined): number {
    if (node === undefined) return 0;
    const text = this.#yaml.text(node);
    const ms = parseDurationMs(text);
    if (ms === undefined) this.#yaml.fail(node, `not a valid duration string: "${text}"`);
    return ms ?? 0;
  }

  #onMissing(node: Node | undefined, fail: Fail): OnMissing | undefined {
    if (node === undefined) return undefined;
    const text = this.#yaml.text(node);
    if (text === 'keep' || text === 'resolve' || text === 'fire') return text;
    fail(node, `on_missing is "${text}", must be keep, resolve or fire`);
    return undefined;
  }
}

type Fail = (node: Node | undefined, message: string) => void;
