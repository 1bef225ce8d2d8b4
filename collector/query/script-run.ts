import { reasonOf } from '../../base/errors.ts';
import type { Annotation } from './annotations.ts';
import {
  evaluateInstant,
  evaluateRange,
  type MatrixSeries,
  type Prepared,
  prepare,
  type QueryResult,
  type QueryValue,
  type RangeOptions,
} from './engine.ts';
import { QueryError } from './errors.ts';
import { type Labels, METRIC_NAME } from './labels.ts';
import { formatSampleValue } from './literal.ts';
import { type MemorySample, MemorySource } from './memory-source.ts';
import { almostEqual } from './quantile.ts';
import {
  type EvalCommand,
  type LoadCommand,
  parseScript,
  type TextExpectation,
  type UnreadableCommand,
} from './script.ts';
import type { ScriptValue } from './script-series.ts';

export type Verdict = 'passed' | 'failed' | 'unsupported';

/** The verdict on one eval statement. Those that need native histograms are `unsupported`: neither passed nor failed. */
export interface StatementResult {
  readonly line: number;
  readonly expr: string;
  readonly verdict: Verdict;
  /** Why it did not pass. */
  readonly reason: string | undefined;
}

/** Relative error that the scripts allow. */
const EPSILON = 1e-6;

/** Runs a script: each eval statement is judged. Failing ones do not stop it, nor do lines that cannot be read; these count as failed. */
export function runScript(text: string): StatementResult[] {
  const results: StatementResult[] = [];
  let source = new MemorySource();
  for (const command of parseScript(text)) {
    if (command.kind === 'clear') source = new MemorySource();
    else if (command.kind === 'load') load(source, command);
    else if (command.kind === 'eval') results.push(judge(source, command));
    else results.push(unread(command));
  }
  return results;
}

function unread({ line, text, message }: UnreadableCommand): StatementResult {
  return { line, expr: text, verdict: 'failed', reason: message };
}

function load(source: MemorySource, { series, stepMs, withNativeHistograms }: LoadCommand): void {
  for (const { labels, values, startOffsetsMs } of series) {
    const samples = values.flatMap((value, index) =>
      sampleOf(value, index * stepMs, startOffsetsMs?.[index]),
    );
    source.add(labels, samples);
    const base = /^(.*)_(?:bucket|count|sum)$/.exec(labels.get(METRIC_NAME))?.[1];
    if (!withNativeHistograms || base === undefined) continue;
    const native = labels.without(new Set(['le'])).with(METRIC_NAME, base);
    source.add(
      native,
      samples.map((sample) => ({ ...sample, isHistogram: true })),
    );
  }
}

function sampleOf(
  value: ScriptValue,
  timeMs: number,
  startOffsetMs: number | undefined,
): MemorySample[] {
  const start = startOffsetMs === undefined ? {} : { startTimeMs: timeMs + startOffsetMs };
  switch (value.kind) {
    case 'omitted':
      return [];
    case 'stale':
      return [{ timeMs, value: Number.NaN, isStale: true }];
    case 'histogram':
      return [{ timeMs, value: Number.NaN, isHistogram: true }];
    case 'number':
      return [{ timeMs, value: value.value, ...start }];
  }
}

function judge(source: MemorySource, command: EvalCommand): StatementResult {
  const { line, expr } = command;
  const verdict = (name: Verdict, reason?: string): StatementResult => ({
    line,
    expr,
    verdict: name,
    reason,
  });
  const { expected } = command;
  const needsHistograms =
    expected.kind === 'series' &&
    expected.series.some(({ values }) => values.some(({ kind }) => kind === 'histogram'));
  if (needsHistograms) return verdict('unsupported', 'expects native histograms');
  try {
    const fault = faultOf(source, command);
    return fault === undefined ? verdict('passed') : verdict('failed', fault);
  } catch (error) {
    if (error instanceof QueryError && error.code === 'query-unsupported')
      return verdict('unsupported', error.message);
    return verdict('failed', reasonOf(error));
  }
}

/** What is wrong with the answer to a statement, or undefined. */
function faultOf(source: MemorySource, command: EvalCommand): string | undefined {
  const shouldFail = command.expectations.get('fail');
  let result: QueryResult;
  try {
    result = evaluate(source, command);
  } catch (error) {
    if (!(error instanceof QueryError) || error.code === 'query-unsupported' || !shouldFail)
      throw error;
    const [wanted] = shouldFail;
    return wanted && !fits(wanted, error.message)
      ? `expected another error than: ${error.message}`
      : undefined;
  }
  if (shouldFail) return 'expected an error, but it gave a result';
  return (
    annotationFault(command, result.annotations) ??
    valueFault(command, result.value) ??
    rangeModeFault(source, command, result)
  );
}

function evaluate(
  source: MemorySource,
  { expr, startMs, endMs, stepMs }: EvalCommand,
): QueryResult {
  const prepared = prepare(expr);
  return stepMs === 0
    ? evaluateInstant(prepared, { source, timeMs: startMs })
    : evaluateRange(prepared, { source, startMs, endMs, stepMs });
}

function fits(wanted: TextExpectation, text: string): boolean {
  return 'text' in wanted ? wanted.text === text : wanted.pattern.test(text);
}

function annotationFault(
  { expectations }: EvalCommand,
  annotations: readonly Annotation[],
): string | undefined {
  for (const [kind, level] of [
    ['warn', 'warning'],
    ['info', 'info'],
  ] as const) {
    const texts = annotations
      .filter((annotation) => annotation.level === level)
      .map(({ text }) => text);
    if (expectations.has(`no_${kind}`) && texts.length > 0)
      return `unexpected ${level}: ${texts[0]}`;
    const wanted = expectations.get(kind);
    if (!wanted) continue;
    if (!wanted.every((one) => texts.some((text) => fits(one, text))))
      return `expected ${level} is missing; there are: ${JSON.stringify(texts)}`;
    const surplus = texts.find((text) => !wanted.some((one) => fits(one, text)));
    if (surplus !== undefined) return `unexpected ${level}: ${surplus}`;
  }
  return undefined;
}

function valueFault(command: EvalCommand, value: QueryValue): string | undefined {
  const { expected } = command;
  switch (value.type) {
    case 'scalar':
      if (expected.kind !== 'scalar') return `unexpected scalar ${value.value}`;
      return almostEqual(expected.value, value.value, EPSILON)
        ? undefined
        : `expected ${expected.value}, got ${value.value}`;
    case 'string':
      return expected.kind === 'string' && expected.value === value.value
        ? undefined
        : `unexpected string ${JSON.stringify(value.value)}`;
    case 'vector':
      return vectorFault(command, value.samples);
    case 'matrix':
      return matrixFault(command, value.series);
  }
}

function vectorFault(
  { expected, expectations }: EvalCommand,
  samples: readonly { readonly labels: Labels; readonly value: number }[],
): string | undefined {
  if (expected.kind !== 'series') return `expected a ${expected.kind}, got a vector`;
  const wanted = new Map(
    expected.series.map(({ labels, values }, position) => [
      labels.key,
      { labels, values, position },
    ]),
  );
  for (const [position, { labels, value }] of samples.entries()) {
    const one = wanted.get(labels.key);
    if (!one) return `unexpected ${labels} ${formatSampleValue(value)}`;
    if (expectations.has('ordered') && one.position !== position)
      return `${labels} is at position ${position}`;
    const [slot] = one.values;
    if (slot?.kind !== 'number' || !almostEqual(slot.value, value, EPSILON))
      return `expected ${labels} ${slot?.kind === 'number' ? formatSampleValue(slot.value) : slot?.kind}, got ${formatSampleValue(value)}`;
    wanted.delete(labels.key);
  }
  const [missing] = wanted.values();
  return missing && `expected ${missing.labels} is missing`;
}

function matrixFault(
  { expected, startMs, stepMs }: EvalCommand,
  series: readonly MatrixSeries[],
): string | undefined {
  if (expected.kind !== 'series') return `expected a ${expected.kind}, got a matrix`;
  const times = expected.rangeVector ?? { startMs, stepMs };
  const wanted = new Map(expected.series.map((one) => [one.labels.key, one]));
  for (const { labels, timesMs, values } of series) {
    const one = wanted.get(labels.key);
    const got = [...values]
      .map((value, index) => `${formatSampleValue(value)}@${timesMs[index]}`)
      .join(' ');
    if (!one) return `unexpected ${labels} ${got}`;
    const points = one.values.flatMap((slot, index) =>
      slot.kind === 'number'
        ? [{ timeMs: times.startMs + index * times.stepMs, value: slot.value }]
        : [],
    );
    const isSame =
      points.length === values.length &&
      points.every(
        ({ timeMs, value }, index) =>
          timesMs[index] === timeMs && almostEqual(value, values[index] as number, EPSILON),
      );
    if (!isSame)
      return `expected ${labels} ${points.map(({ timeMs, value }) => `${formatSampleValue(value)}@${timeMs}`).join(' ')}, got ${got}`;
    wanted.delete(labels.key);
  }
  const [missing] = wanted.values();
  return missing && `expected ${missing.labels} is missing`;
}

/** Calls whose value is that of the query's own times, which a range query around the instant has not. */
const QUERY_TIMES = /(?:start|end|range|step)\(\)/;

/** An instant query must give the same as the middle step of a range query around it. */
function rangeModeFault(
  source: MemorySource,
  command: EvalCommand,
  { value }: QueryResult,
): string | undefined {
  const { expr, startMs, stepMs, expected, expectations } = command;
  const isComparable = stepMs === 0 && (value.type === 'vector' || value.type === 'scalar');
  if (!isComparable || QUERY_TIMES.test(expr) || expectations.has('ordered')) return undefined;
  const range = { startMs: startMs - 60_000, endMs: startMs + 60_000, stepMs: 60_000 };
  const matrix = rangeValueOrUnsupported(prepare(expr), { source, ...range });
  if (matrix?.type !== 'matrix') return undefined;
  const samples = matrix.series.flatMap(({ labels, timesMs, values }) => {
    const index = timesMs.indexOf(startMs);
    return index === -1 ? [] : [{ labels, value: values[index] as number }];
  });
  const scalar = expected.kind === 'scalar' && samples[0];
  const fault = scalar
    ? valueFault(command, { type: 'scalar', timeMs: startMs, value: scalar.value })
    : vectorFault(command, samples);
  return fault && `as a range query: ${fault}`;
}

/** The times around the instant may meet native histograms that the instant itself does not; then there is nothing to compare. */
function rangeValueOrUnsupported(
  prepared: Prepared,
  options: RangeOptions,
): QueryValue | undefined {
  try {
    return evaluateRange(prepared, options).value;
  } catch (error) {
    if (error instanceof QueryError && error.code === 'query-unsupported') return undefined;
    throw error;
  }
}
