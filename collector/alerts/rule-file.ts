import { isMap, type Node } from 'yaml';
import { reasonOf } from '../../base/errors.ts';
import { checkTypes } from '../query/check.ts';
import { METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import { type ExperimentalFeature, notEnabledIn } from './experimental.ts';
import type { AlertingRule, OnMissing, RecordingRule, Rule, RuleGroup } from './rule.ts';
import { Template } from './template/expand.ts';
import { TemplateSyntaxError } from './template/lexer.ts';
import { TEXT_FILE_BYTES_MAX, tooLarge } from './text-file.ts';
import { type FileProblem, YamlReader } from './yaml-reader.ts';

export interface RuleFileOptions {
  readonly ignoreUnknownFields?: boolean;
  /** What is experimental in Prometheus and not among these is refused; undefined = nothing is. */
  readonly features?: readonly ExperimentalFeature[];
}

export interface RuleFile {
  readonly groups: readonly RuleGroup[];
  /** Empty when the file may be loaded. */
  readonly problems: readonly FileProblem[];
  /** What a file that may be loaded does not mean. */
  readonly warnings: readonly FileProblem[];
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
  'warning',
  'critical',
] as const;
/** Our fields for two thresholds in one rule; each makes a rule with a label `severity` of its name. */
const SEVERITY_FIELDS = ['warning', 'critical'] as const;

/** What a recording rule must not have. */
const ALERTING_FIELDS = [
  ...['annotations', 'for', 'keep_firing_for', 'resolve', 'on_missing'],
  ...SEVERITY_FIELDS,
] as const;

type RuleFields = Readonly<Partial<Record<(typeof RULE_FIELDS)[number], Node>>>;

/**
 * Reads a Prometheus rule file with our additions `resolve:`, `on_missing:`, `warning:` and `critical:`. Never throws: what is wrong is in
 * `problems`, each with its line and column.
 * Source: Prometheus, "Defining recording rules", "Alerting rules"
 */
export function parseRuleFile(text: string, options: RuleFileOptions = {}): RuleFile {
  if (Buffer.byteLength(text) > TEXT_FILE_BYTES_MAX) {
    return { groups: [], problems: [{ line: 0, column: 0, message: tooLarge() }], warnings: [] };
  }
  const yaml = new YamlReader(text, options);
  const reader = new RuleFileReader(yaml, options.features);
  const groups = reader.read();
  return { groups, problems: yaml.problems, warnings: warningsOf(yaml) };
}

/** As Prometheus, which reads the first document alone and says so. */
function warningsOf({ restLine }: YamlReader): readonly FileProblem[] {
  if (restLine === undefined) return [];
  const message = 'only the first document of a file is read; give what follows a file of its own';
  return [{ line: restLine, column: 1, message }];
}

class RuleFileReader {
  readonly #yaml: YamlReader;
  readonly #features: ReadonlySet<ExperimentalFeature> | undefined;

  constructor(yaml: YamlReader, features: RuleFileOptions['features']) {
    this.#yaml = yaml;
    this.#features = features && new Set(features);
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
        .flatMap((rule, index) => this.#rule(rule, { group: name, number: index + 1, labels })),
    };
  }

  /** One rule, or two where it has a threshold for `warning` and one for `critical`. */
  #rule(
    node: Node | undefined,
    at: {
      readonly group: string;
      readonly number: number;
      readonly labels: Readonly<Record<string, string>>;
    },
  ): readonly Rule[] {
    const fields = this.#yaml.mapping(node, 'a rule', RULE_FIELDS);
    const record = this.#yaml.text(fields.record);
    const alert = this.#yaml.text(fields.alert);
    const context = `group "${at.group}", rule ${at.number}, "${alert || record}": `;
    const fail = (where: Node | undefined, message: string) =>
      this.#yaml.fail(where ?? node, context + message);
    if (record && alert) fail(fields.record, "only one of 'record' and 'alert' must be set");
    if (!record && !alert) fail(node, "one of 'record' or 'alert' must be set");
    const ownLabels = this.#yaml.textMap(fields.labels);
    this.#checkLabelNames(ownLabels, fields.labels, context);
    const labels = { ...at.labels, ...ownLabels };
    const line = this.#yaml.positionOf(node).line;
    if (alert) return this.#alertingRules(fields, { name: alert, labels, line }, fail);
    const expr = this.#expression(fields.expr, 'expr', fail);
    this.#checkRecording(fields, record, fail);
    const rule: RecordingRule = { kind: 'record', name: record, expr, labels, line };
    return [rule];
  }

  #alertingRules(
    fields: RuleFields,
    head: {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly line: number;
    },
    fail: Fail,
  ): readonly AlertingRule[] {
    const annotations = this.#yaml.textMap(fields.annotations);
    const common = {
      kind: 'alert' as const,
      name: head.name,
      line: head.line,
      keepFiringForMs: this.#duration(fields.keep_firing_for),
      annotations: this.#templates(annotations, 'annotation', fields.annotations, fail),
      onMissing: this.#onMissing(fields.on_missing, fail),
    };
    const severities = SEVERITY_FIELDS.filter((severity) => fields[severity]);
    if (severities.length === 0) {
      const labels = this.#templates(head.labels, 'label', fields.labels, fail);
      return [{ ...common, ...this.#condition(fields, fail), labels, isPaired: false }];
    }
    for (const field of ['expr', 'resolve'] as const) {
      if (fields[field]) fail(fields[field], `'${field}' must stand in 'warning' and 'critical'`);
    }
    if (head.labels['severity'] !== undefined) {
      fail(fields.labels, "label severity is given by 'warning' and 'critical'");
    }
    return severities.map((severity) => {
      const own = this.#severityFields(fields[severity]);
      const labels = this.#templates({ ...head.labels, severity }, 'label', fields.labels, fail);
      const condition = this.#condition({ for: fields.for, ...own }, fail);
      return { ...common, ...condition, labels, isPaired: severities.length > 1 };
    });
  }

  /** `fs_full > 90`, or `{expr: fs_full > 90, for: 5m, resolve: fs_full < 85}`. */
  #severityFields(node: Node | undefined): ConditionFields {
    if (!isMap(node)) return { expr: node };
    return this.#yaml.mapping(node, 'a severity', ['expr', 'for', 'resolve']);
  }

  #condition(fields: ConditionFields, fail: Fail) {
    return {
      expr: this.#expression(fields.expr, 'expr', fail),
      forMs: this.#duration(fields.for),
      resolve: fields.resolve && this.#expression(fields.resolve, 'resolve', fail),
    };
  }

  #expression(node: Node | undefined, field: string, fail: Fail): string {
    const text = this.#yaml.text(node);
    if (text === '') {
      fail(node, `field '${field}' must be set in rule`);
      return text;
    }
    try {
      const tree = parseSyntax(text);
      const refusal = this.#features && notEnabledIn(tree, this.#features);
      if (refusal !== undefined) throw new Error(refusal);
      checkTypes(text, tree);
    } catch (error) {
      const of = field === 'expr' ? '' : ` of '${field}'`;
      fail(node, `could not parse expression${of}: ${reasonOf(error)}`);
    }
    return text;
  }

  #checkRecording(fields: RuleFields, name: string, fail: Fail): void {
    for (const field of ALERTING_FIELDS) {
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
    const isDuration = field === 'for' || field === 'keep_firing_for';
    return isDuration && this.#duration(node) === 0;
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
    return this.#yaml.durationMs(node) ?? 0;
  }

  #onMissing(node: Node | undefined, fail: Fail): OnMissing | undefined {
    if (node === undefined) return undefined;
    const text = this.#yaml.text(node);
    if (text === 'keep' || text === 'resolve' || text === 'fire') return text;
    fail(node, `on_missing is "${text}", must be keep, resolve or fire`);
    return undefined;
  }
}

/** Fields that say when an alert is. */
type ConditionFields = Readonly<Partial<Record<'expr' | 'for' | 'resolve', Node | undefined>>>;
type Fail = (node: Node | undefined, message: string) => void;
