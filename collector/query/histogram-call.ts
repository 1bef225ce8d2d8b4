import { invalidQuantile } from './annotations.ts';
import { type CallExpr, type Expr, type Span, unwrap } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { unsupported } from './histogram-use.ts';
import { textArguments } from './label-call.ts';
import { type Labels, METRIC_NAME } from './labels.ts';
import { formatSampleValue } from './literal.ts';
import { type Bucket, bucketFraction, bucketQuantile } from './quantile.ts';
import { type Column, type Grid, HISTOGRAM, isEmpty, mergeSameLabels, newColumn } from './value.ts';

/** The label of a classic histogram's bucket that holds its upper bound. */
const UPPER_BOUND = 'le';
const BUCKET_LABELS: ReadonlySet<string> = new Set([UPPER_BOUND]);
const NOT_IN_RESULT: ReadonlySet<string> = new Set([UPPER_BOUND, METRIC_NAME]);

/** One classic histogram: the bucket series that differ only in `le`, by upper bound. */
interface Histogram {
  readonly labels: Labels;
  readonly name: string;
  readonly buckets: { readonly upperBound: number; readonly column: Column }[];
}

/** histogram_quantile(φ, buckets), histogram_fraction(lower, upper, buckets) and histogram_quantiles(buckets, label, φ…). */
export function histogramCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  switch (call.name) {
    case 'histogram_quantile':
      return quantileCall(context, call, grid);
    case 'histogram_quantiles':
      return quantilesCall(context, call, grid);
    default:
      return fractionCall(context, call, grid);
  }
}

function quantileCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  const [quantileArgument, vectorArgument] = call.args as [Expr, Expr];
  const quantiles = context.scalar(quantileArgument, grid);
  for (const quantile of new Set(quantiles))
    invalidQuantile(context.annotations, quantile, quantileArgument.span);
  const histograms = histogramsOf(context, vectorArgument, grid);
  return histograms
    .map((histogram) =>
      quantileColumn(context, histogram, quantiles, histogram.labels, vectorArgument.span),
    )
    .filter((column) => !isEmpty(column));
}

function quantilesCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  const [vectorArgument, labelArgument, ...quantileArguments] = call.args as [
    Expr,
    Expr,
    ...Expr[],
  ];
  const label =
    unwrap(labelArgument).kind === 'string' ? (textArguments(call, 1)[0] as string) : '';
  const histograms = histogramsOf(context, vectorArgument, grid);
  const columns = quantileArguments.flatMap((argument) => {
    const quantiles = context.scalar(argument, grid);
    const distinct = new Set(quantiles);
    for (const quantile of distinct) invalidQuantile(context.annotations, quantile, argument.span);
    if (distinct.size > DISTINCT_QUANTILES_MAX)
      throw executionError(
        `histogram_quantiles: more than ${DISTINCT_QUANTILES_MAX} different quantiles`,
        argument.span,
      );
    return [...distinct].flatMap((quantile) =>
      histograms.map((histogram) => {
        const labels = histogram.labels.with(label, formatOpenMetrics(quantile));
        const column = quantileColumn(context, histogram, quantiles, labels, vectorArgument.span);
        for (const [step, other] of quantiles.entries())
          if (!Object.is(other, quantile)) column.present[step] = 0;
        return column;
      }),
    );
  });
  return mergeSameLabels(columns).filter((column) => !isEmpty(column));
}

/** Each makes series of its own, as long as the whole range. */
const DISTINCT_QUANTILES_MAX = 100;

/** OpenMetrics writes whole numbers with `.0`. */
function formatOpenMetrics(value: number): string {
  const text = formatSampleValue(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function fractionCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  const [lowerArgument, upperArgument, vectorArgument] = call.args as [Expr, Expr, Expr];
  const lower = context.scalar(lowerArgument, grid);
  const upper = context.scalar(upperArgument, grid);
  return histogramsOf(context, vectorArgument, grid)
    .map((histogram) => {
      const column = newColumn(histogram.labels, true, grid.count);
      eachStep(histogram, grid, (step, buckets) => {
        column.present[step] = 1;
        column.values[step] = bucketFraction(lower[step] as number, upper[step] as number, buckets);
      });
      return column;
    })
    .filter((column) => !isEmpty(column));
}

function quantileColumn(
  context: Context,
  histogram: Histogram,
  quantiles: Float64Array,
  labels: Labels,
  span: Span,
): Column {
  const column = newColumn(labels, true, quantiles.length);
  const grid = { startMs: 0, stepMs: 0, count: quantiles.length };
  let isForced = false;
  eachStep(histogram, grid, (step, buckets) => {
    const result = bucketQuantile(quantiles[step] as number, buckets);
    column.present[step] = 1;
    column.values[step] = result.value;
    isForced ||= result.isForced;
  });
  if (isForced) informForced(context, histogram.name, span);
  return column;
}

function informForced(context: Context, name: string, span: Span): void {
  context.annotations.inform(
    `input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)${forMetric(name)}`,
    span,
  );
}

function forMetric(name: string): string {
  return name && ` for metric name ${JSON.stringify(name)}`;
}

/** Calls `visit` for each step at which the histogram has buckets, with these buckets by upper bound. */
function eachStep(
  { buckets }: Histogram,
  grid: Grid,
  visit: (step: number, buckets: readonly Bucket[]) => void,
): void {
  for (let step = 0; step < grid.count; step++) {
    const present: Bucket[] = [];
    for (const { upperBound, column } of buckets) {
      if (column.present[step] === 1)
        present.push({ upperBound, count: column.values[step] as number });
    }
    if (present.length > 0) visit(step, present);
  }
}

function histogramsOf(context: Context, argument: Expr, grid: Grid): Histogram[] {
  const bySignature = new Map<string, Histogram>();
  const columns = context.vector(argument, grid);
  for (const column of columns) {
    if (!column.present.includes(1)) continue;
    const { labels } = column;
    const text = labels.get(UPPER_BOUND);
    const upperBound = parseUpperBound(text);
    if (upperBound === undefined) {
      warnBadBucket(context, labels, text, argument.span);
      continue;
    }
    const signature = labels.keyWithout(BUCKET_LABELS);
    let histogram = bySignature.get(signature);
    if (!histogram) {
      histogram = {
        labels: labels.without(NOT_IN_RESULT),
        name: labels.get(METRIC_NAME),
        buckets: [],
      };
      bySignature.set(signature, histogram);
    }
    histogram.buckets.push({ upperBound, column });
  }
  for (const { buckets } of bySignature.values())
    buckets.sort((a, b) => a.upperBound - b.upperBound || 0);
  for (const column of context.source.holdsHistograms ? columns : []) {
    const classic = bySignature.get(column.labels.keyWithout(BUCKET_LABELS));
    removeBesideNative(context, classic?.buckets ?? [], column, argument);
  }
  return [...bySignature.values()];
}

/**
 * Where a native histogram stands beside the buckets of a classic one with the same labels, neither counts. Changes the buckets' columns.
 * @throws QueryError `query-unsupported` where it stands alone
 */
function removeBesideNative(
  { annotations }: Context,
  buckets: Histogram['buckets'],
  native: Column,
  argument: Expr,
): void {
  for (let step = 0; step < native.present.length; step++) {
    if (native.present[step] !== HISTOGRAM) continue;
    const beside = buckets.filter(({ column }) => column.present[step] === 1);
    if (beside.length === 0) throw unsupported(native, argument);
    for (const { column } of beside) column.present[step] = 0;
    annotations.warn(
      `vector contains a mix of classic and native histograms${forMetric(native.labels.get(METRIC_NAME))}`,
      argument.span,
    );
  }
}

function warnBadBucket(context: Context, labels: Labels, text: string, span: Span): void {
  context.annotations.warn(
    `bucket label "le" is missing or has a malformed value of ${JSON.stringify(text)}${forMetric(labels.get(METRIC_NAME))}`,
    span,
  );
}

function parseUpperBound(text: string): number | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
