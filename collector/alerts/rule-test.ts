import { reasonOf } from '../../base/errors.ts';
import { formatDurationMs } from '../query/duration.ts';
import { Labels, quoteLabelName } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import type { EvaluationContext, RuleQuery, Sample } from './evaluate.ts';
import { GroupState } from './group.ts';
import { HistogramSeries } from './histogram-series.ts';
import { formatNativeHistogram, parseNativeHistogram } from './native-histogram.ts';
import type { RuleGroup } from './rule.ts';
import { RuleSeries } from './rule-series.ts';
import {
  type AlertTest,
  type ExprTest,
  type InputSeries,
  parseInput,
  type RuleTest,
  type RuleTestFile,
} from './rule-test-file.ts';
import { matchersOf, selectorsOf } from './selectors.ts';
import { parseSeriesName, type SeriesStep } from './series-notation.ts';
import { isFiring } from './state.ts';
import { formatFloat } from './template/number.ts';
import { GoDuration } from './template/value.ts';

/** Makes the query engine over the test's series. */
export type QueryOver = (source: RuleSeries, subqueryStepMs: number) => RuleQuery;

/**
 * Runs one test of a file.
 * @returns what failed, in promtool's words; empty = passed
 */
export function runRuleTest(
  test: RuleTest,
  file: Pick<RuleTestFile, 'evaluationIntervalMs' | 'groupOrder' | 'fuzzyCompare'>,
  groups: readonly RuleGroup[],
  queryOver: QueryOver,
): readonly string[] {
  const nameless = test.alertTests.find(({ alertName }) => alertName === '');
  if (nameless) {
    const where = test.name ? ` (in TestGroup ${test.name})` : '';
    const time = formatDurationMs(nameless.evalTimeMs);
    return [
      `an item under alert_rule_test misses required attribute alertname at eval_time ${time}${where}`,
    ];
  }
  let input: readonly InputSeries[];
  try {
    input = test.input.map(parseInput);
  } catch (error) {
    return [reasonOf(error)];
  }
  return new Run(test, file, groups, input, queryOver).run();
}

class Run {
  readonly #test: RuleTest;
  readonly #file: Pick<RuleTestFile, 'evaluationIntervalMs' | 'groupOrder' | 'fuzzyCompare'>;
  readonly #groups: readonly GroupState[];
  readonly #input: readonly InputSeries[];
  readonly #source = new RuleSeries();
  readonly #histograms = new HistogramSeries();
  readonly #query: RuleQuery;
  readonly #context: EvaluationContext;
  readonly #failures: string[] = [];
  #loadedSteps = 0;

  constructor(
    test: RuleTest,
    file: Pick<RuleTestFile, 'evaluationIntervalMs' | 'groupOrder' | 'fuzzyCompare'>,
    groups: readonly RuleGroup[],
    input: readonly InputSeries[],
    queryOver: QueryOver,
  ) {
    this.#test = test;
    this.#file = file;
    this.#input = input;
    this.#query = queryOver(this.#source, file.evaluationIntervalMs);
    const position = (group: RuleGroup) => Math.max(0, file.groupOrder.indexOf(group.name));
    this.#groups = groups
      .toSorted((a, b) => position(a) - position(b))
      .map((group) => new GroupState(group, this.#source));
    this.#context = {
      query: this.#query,
      externalLabels: test.externalLabels,
      externalUrl: test.externalUrl,
      onMissing: 'resolve',
    };
  }

  run(): readonly string[] {
    const { alertTests, exprTests, startMs } = this.#test;
    const endMs = Math.max(0, ...[...alertTests, ...exprTests].map(({ evalTimeMs }) => evalTimeMs));
    const stepMs = this.#file.evaluationIntervalMs;
    for (let elapsedMs = 0; elapsedMs <= endMs; elapsedMs += stepMs) {
      this.#load(elapsedMs);
      if (!this.#evaluate(startMs + elapsedMs, elapsedMs)) return this.#failures;
      // An evaluation at t answers for the tests of [t, t + step).
      for (const test of this.#due(elapsedMs, stepMs)) this.#checkAlerts(test);
    }
    for (const test of exprTests) this.#checkExpr(test);
    return this.#failures;
  }

  #load(untilMs: number): void {
    const { startMs, intervalMs } = this.#test;
    const longest = Math.max(0, ...this.#input.map(({ steps }) => steps.length));
    for (; this.#loadedSteps < longest; this.#loadedSteps++) {
      const elapsedMs = this.#loadedSteps * intervalMs;
      if (elapsedMs > untilMs) return;
      for (const { labels, steps } of this.#input) {
        const step = steps[this.#loadedSteps];
        if (step !== undefined) this.#append(labels, startMs + elapsedMs, step);
      }
    }
  }

  #append(labels: Labels, timeMs: number, step: NonNullable<SeriesStep>): void {
    if (typeof step === 'number') this.#source.append({ labels, value: step }, timeMs);
    else if (step !== 'stale') this.#histograms.append(labels, timeMs, step);
    else if (this.#histograms.has(labels)) this.#histograms.append(labels, timeMs, undefined);
    else this.#source.end(labels, timeMs);
  }

  #evaluate(timeMs: number, elapsedMs: number): boolean {
    const before = this.#failures.length;
    for (const group of this.#groups) {
      group.evaluate(timeMs, this.#context);
      for (const { rule, error } of group.rules) {
        if (error === undefined) continue;
        this.#failures.push(
          `    rule: ${rule.name}, time: ${new GoDuration(elapsedMs / 1000)}, err: ${error}`,
        );
      }
    }
    return this.#failures.length === before;
  }

  #due(elapsedMs: number, stepMs: number): readonly AlertTest[] {
    return this.#test.alertTests
      .filter(({ evalTimeMs }) => evalTimeMs >= elapsedMs && evalTimeMs < elapsedMs + stepMs)
      .toSorted((a, b) => a.evalTimeMs - b.evalTimeMs);
  }

  #checkAlerts(test: AlertTest): void {
    const notesOf = (annotations: Readonly<Record<string, string>>) =>
      annotationsText(test.ignoreAnnotations ? {} : annotations);
    const expected = test.expected.map(({ labels, annotations }) => ({
      labels: Labels.from({ ...labels, alertname: test.alertName }),
      annotations: notesOf(annotations),
      // A label that is expected to be empty is never met.
      hasEmpty: Object.values(labels).includes(''),
    }));
    const got = this.#groups
      .flatMap(({ rules }) => rules)
      .filter(({ rule }) => rule.name === test.alertName)
      .flatMap(({ alerts }) => [...(alerts?.instances.values() ?? [])])
      .filter(isFiring)
      .map(({ labels, annotations }) => ({ labels, annotations: notesOf(annotations) }));
    const wanted = alertTexts(expected);
    const found = alertTexts(got);
    if (wanted.join() === found.join() && !expected.some(({ hasEmpty }) => hasEmpty)) return;
    const name = this.#test.name ? `    name: ${this.#test.name},\n` : '';
    const time = formatDurationMs(test.evalTimeMs);
    this.#failures.push(
      `${name}    alertname: ${test.alertName}, time: ${time}, \n        exp:${listOf(wanted)}, \n        got:${listOf(found)}`,
    );
  }

  #checkExpr(test: ExprTest): void {
    const name = this.#test.name ? `    name: ${this.#test.name},\n` : '';
    const head = `${name}    expr: ${JSON.stringify(test.expr)}, time: ${formatDurationMs(test.evalTimeMs)},`;
    try {
      const expected = test.expected.map(({ labels, value, histogram }) => ({
        labels: parseSeriesName(labels),
        ...(histogram
          ? { value: 0, histogram: formatNativeHistogram(parseNativeHistogram(histogram)) }
          : { value }),
      }));
      const got = this.#result(test.expr, this.#test.startMs + test.evalTimeMs);
      if (!equalSamples(sorted(expected), sorted(got), this.#file.fuzzyCompare)) {
        this.#failures.push(
          `${head}\n        exp: ${sampleTexts(expected)}\n        got: ${sampleTexts(got)}`,
        );
      }
    } catch (error) {
      this.#failures.push(`${head} err: ${reasonOf(error)}`);
    }
  }

  #result(expr: string, timeMs: number): readonly TestSample[] {
    const samples = this.#query.instant(expr, timeMs);
    const tree = parseSyntax(expr);
    const selected = selectorsOf(tree).filter((one) => this.#histograms.matches(matchersOf(one)));
    if (selected.length === 0) return samples;
    if (tree.kind !== 'selector' || tree.offset !== undefined || tree.at !== undefined) {
      throw new Error('native histograms can be selected, but nothing be made of them');
    }
    const histograms = this.#histograms
      .select(matchersOf(tree), timeMs)
      .map(({ labels, histogram }) => ({
        labels,
        value: 0,
        histogram: formatNativeHistogram(histogram),
      }));
    return [...samples, ...histograms];
  }
}

/** A sample of an expression's result; where it is a native histogram its text counts, not the value. */
interface TestSample extends Sample {
  readonly histogram?: string;
}

interface LabelledAlert {
  readonly labels: Labels;
  readonly annotations: string;
}

/** As labels are shown. Other than labels, annotations may be empty. */
function annotationsText(annotations: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(annotations)
    .sort()
    .map((name) => `${quoteLabelName(name)}=${JSON.stringify(annotations[name])}`);
  return `{${pairs.join(', ')}}`;
}

function alertTexts(alerts: readonly LabelledAlert[]): readonly string[] {
  return alerts
    .toSorted(
      (a, b) => Labels.compare(a.labels, b.labels) || (a.annotations < b.annotations ? -1 : 1),
    )
    .map(({ labels, annotations }) => `Labels:${labels}\nAnnotations:${annotations}`);
}

/** As promtool shows alerts: numbered, one below the other. */
function listOf(alerts: readonly string[]): string {
  if (alerts.length === 0) return '[]';
  const items = alerts.map((text, index) => `${index}:\n${text.replace(/^/gm, '  ')}`);
  return `[\n${items.join(',\n').replace(/^/gm, '            ')}\n            ]`;
}

function sorted(samples: readonly TestSample[]): readonly TestSample[] {
  return samples.toSorted((a, b) => Labels.compare(a.labels, b.labels));
}

function sampleTexts(samples: readonly TestSample[]): string {
  if (samples.length === 0) return 'nil';
  return sorted(samples)
    .map(
      ({ labels, value, histogram }) =>
        `${labels} ${histogram ?? formatFloat(value, 'e', -1).replace('e', 'E')}`,
    )
    .join(', ');
}

/** NaN equals nothing, as with promtool. */
function equalSamples(a: readonly TestSample[], b: readonly TestSample[], fuzzy: boolean): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ labels, value, histogram }, index) => {
    const other = b[index] as TestSample;
    return (
      labels.key === other.labels.key &&
      histogram === other.histogram &&
      equalValues(value, other.value, fuzzy)
    );
  });
}

function equalValues(a: number, b: number, fuzzy: boolean): boolean {
  if (a === b || !fuzzy) return a === b;
  const distance = order(a) - order(b);
  return distance >= -1n && distance <= 1n;
}

/** Consecutive floats have consecutive numbers. */
function order(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}
