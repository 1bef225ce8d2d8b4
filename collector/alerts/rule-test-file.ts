import type { Node } from 'yaml';
import type { Labels } from '../query/labels.ts';
import { parseSeriesName, parseSeriesValues, type SeriesStep } from './series-notation.ts';
import { type FileProblem, YamlReader } from './yaml-reader.ts';

/** A promtool unit-test file. Times are ms since the start of the test. */
export interface RuleTestFile {
  readonly ruleFiles: readonly string[];
  readonly evaluationIntervalMs: number;
  readonly groupOrder: readonly string[];
  readonly fuzzyCompare: boolean;
  readonly tests: readonly RuleTest[];
}

export interface RuleTest {
  readonly name: string;
  /** Between the values of the input series. */
  readonly intervalMs: number;
  /** Milliseconds since the epoch of the first value. */
  readonly startMs: number;
  readonly input: readonly { readonly series: string; readonly values: string }[];
  readonly alertTests: readonly AlertTest[];
  readonly exprTests: readonly ExprTest[];
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
}

export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface AlertTest {
  readonly evalTimeMs: number;
  readonly alertName: string;
  readonly expected: readonly ExpectedAlert[];
  readonly ignoreAnnotations: boolean;
}

export interface ExprTest {
  readonly expr: string;
  readonly evalTimeMs: number;
  readonly expected: readonly {
    readonly labels: string;
    readonly value: number;
    readonly histogram: string;
  }[];
}

export interface InputSeries {
  readonly labels: Labels;
  readonly steps: readonly SeriesStep[];
}

const DEFAULT_INTERVAL_MS = 60_000;

/**
 * Reads a promtool unit-test file; what is wrong is in `problems`, each with its line.
 * @param options.ignoreUnknownFields as promtool's --ignore-unknown-fields
 * Source: Prometheus, "Unit testing for rules"
 */
export function parseRuleTestFile(
  text: string,
  options: { readonly ignoreUnknownFields?: boolean } = {},
): { readonly file: RuleTestFile; readonly problems: readonly FileProblem[] } {
  const yaml = new YamlReader(text, options);
  const file = new RuleTestReader(yaml).read();
  return { file, problems: yaml.problems };
}

/** @throws InputError `series-notation`, QueryError */
export function parseInput({ series, values }: RuleTest['input'][number]): InputSeries {
  return { labels: parseSeriesName(series), steps: parseSeriesValues(values) };
}

class RuleTestReader {
  readonly #yaml: YamlReader;

  constructor(yaml: YamlReader) {
    this.#yaml = yaml;
  }

  read(): RuleTestFile {
    const yaml = this.#yaml;
    const fields = yaml.mapping(yaml.root, 'a rule test file', [
      'rule_files',
      'evaluation_interval',
      'group_eval_order',
      'fuzzy_compare',
      'tests',
    ]);
    const evaluationIntervalMs = this.#duration(fields.evaluation_interval) || DEFAULT_INTERVAL_MS;
    const groupOrder = yaml.texts(fields.group_eval_order);
    const repeated = groupOrder.find((name, index) => groupOrder.indexOf(name) < index);
    if (repeated !== undefined) {
      yaml.fail(fields.group_eval_order, `group name repeated in evaluation order: ${repeated}`);
    }
    return {
      ruleFiles: yaml.texts(fields.rule_files),
      evaluationIntervalMs,
      groupOrder,
      fuzzyCompare: yaml.flag(fields.fuzzy_compare),
      tests: yaml.list(fields.tests, 'tests').map((node) => this.#test(node, evaluationIntervalMs)),
    };
  }

  #test(node: Node | undefined, evaluationIntervalMs: number): RuleTest {
    const yaml = this.#yaml;
    const fields = yaml.mapping(node, 'a test', [
      'interval',
      'input_series',
      'alert_rule_test',
      'promql_expr_test',
      'external_labels',
      'external_url',
      'name',
      'start_timestamp',
    ]);
    return {
      name: yaml.text(fields.name),
      intervalMs: this.#duration(fields.interval) || evaluationIntervalMs,
      startMs: this.#startMs(fields.start_timestamp),
      input: yaml.list(fields.input_series, 'series').map((series) => {
        const { series: name, values } = yaml.mapping(series, 'a series', ['series', 'values']);
        return { series: yaml.text(name), values: yaml.text(values) };
      }),
      alertTests: yaml.list(fields.alert_rule_test, 'tests').map((test) => this.#alertTest(test)),
      exprTests: yaml.list(fields.promql_expr_test, 'tests').map((test) => this.#exprTest(test)),
      externalLabels: yaml.textMap(fields.external_labels),
      externalUrl: yaml.text(fields.external_url),
    };
  }

  #alertTest(node: Node | undefined): AlertTest {
    const yaml = this.#yaml;
    const fields = yaml.mapping(node, 'an alert test', [
      'eval_time',
      'alertname',
      'exp_alerts',
      'ignore_annotations',
    ]);
    return {
      evalTimeMs: this.#duration(fields.eval_time),
      alertName: yaml.text(fields.alertname),
      expected: yaml.list(fields.exp_alerts, 'alerts').map((alert) => {
        const { exp_labels, exp_annotations } = yaml.mapping(alert, 'an alert', [
          'exp_labels',
          'exp_annotations',
        ]);
        return { labels: yaml.textMap(exp_labels), annotations: yaml.textMap(exp_annotations) };
      }),
      ignoreAnnotations: yaml.flag(fields.ignore_annotations),
    };
  }

  #exprTest(node: Node | undefined): ExprTest {
    const yaml = this.#yaml;
    const fields = yaml.mapping(node, 'an expression test', ['expr', 'eval_time', 'exp_samples']);
    return {
      expr: yaml.text(fields.expr),
      evalTimeMs: this.#duration(fields.eval_time),
      expected: yaml.list(fields.exp_samples, 'samples').map((sample) => {
        const { labels, value, histogram } = yaml.mapping(sample, 'a sample', [
          'labels',
          'value',
          'histogram',
        ]);
        return {
          labels: yaml.text(labels),
          value: yaml.number(value),
          histogram: yaml.text(histogram),
        };
      }),
    };
  }

  #duration(node: Node | undefined): number {
    return this.#yaml.durationMs(node) ?? 0;
  }

  /** RFC 3339 or seconds since the epoch. */
  #startMs(node: Node | undefined): number {
    if (node === undefined) return 0;
    const text = this.#yaml.text(node);
    const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
    if (Number.isNaN(ms)) this.#yaml.fail(node, `"${text}" is no RFC 3339 time`);
    return Number.isNaN(ms) ? 0 : ms;
  }
}
