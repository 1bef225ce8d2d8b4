import { useMemo } from 'preact/hooks';
import type { Rows, Window } from '../data/history.ts';
import { KeptAnswer } from '../data/kept-answer.ts';
import { clockReady, nowS } from '../data/live.ts';
import { useLoaded } from '../data/load.ts';
import {
  columnOf,
  nameOfSeries,
  type PromSeries,
  queryRange,
  type RangeResult,
  rangePicture,
  stepFor,
} from '../data/promql.ts';
import { linkTo, range } from '../data/router.ts';
import { tellingNames } from '../lib/telling-names.ts';
import { rangeBounds } from '../lib/time-range.ts';
import { NotLoaded } from '../parts/loading.tsx';
import { Chart } from './chart.tsx';
import type { ChartSource } from './feed.ts';
import type { Line } from './plot.ts';
import { QueryFailure } from './query-failure.tsx';
import type { Threshold } from './threshold.ts';

/** Lines that a chart can tell apart. */
const LINES_MAX = 12;
/** Less than the time after which a chart reads its range again, more than most queries take. */
const SAME_WINDOW_SECONDS = 10;
/** A query that nothing answers is asked again. */
const RETRY_SECONDS = 20;

interface PromChartProps {
  readonly expr: string;
  readonly title: string;
  readonly units: string;
  readonly height: number;
  /** What stands below the chart, made from all series of the answer, the largest first. */
  readonly children?: (
    series: readonly PromSeries[],
    result: RangeResult,
  ) => preact.ComponentChildren;
  readonly threshold?: Threshold;
}

/** The answer of a PromQL query over the range of the page. */
export function PromChart({ expr, title, units, height, threshold, children }: PromChartProps) {
  const shown = range.value;
  const answers = useMemo(
    () => new KeptAnswer((window) => queryRange(expr, window), SAME_WINDOW_SECONDS),
    [expr, JSON.stringify(shown)],
  );
  const load = async () => {
    await clockReady;
    return answers.load(rangeBounds(shown, nowS.peek()));
  };
  const newest = answers.newest.value;
  const isLacking = newest?.series.length === 0 && shown.kind === 'live';
  const { state, reload } = useLoaded(
    load,
    JSON.stringify([expr, shown]),
    isLacking ? RETRY_SECONDS : 0,
  );
  const series = state.kind === 'loaded' ? state.value.series : [];
  const largest = useMemo(() => series.toSorted(byLast), [series]);
  const drawn = largest.slice(0, LINES_MAX);
  const identity = drawn.map(({ metric }) => nameOfSeries(metric)).join('\n');
  const lines = useMemo(() => linesOf(drawn), [identity]);
  const source = useMemo(
    () => sourceOf({ expr, answers }, units, identity.split('\n')),
    [answers, units, identity],
  );
  if (state.kind === 'failed') return <QueryFailure expr={expr} message={state.message} />;
  if (state.kind === 'loading')
    return (
      <section class="panel">
        <NotLoaded state={state} onRetry={reload} />
      </section>
    );
  if (series.length === 0) return <NothingAnswers />;
  // The lines stay those that the range began with; what stands below goes on with each answer.
  const latest = newest ?? state.value;
  const omitted = series.length - drawn.length;
  const note = omitted > 0 ? { note: `the ${LINES_MAX} largest of ${series.length} series` } : {};
  return (
    <>
      <Chart
        title={title}
        units={units}
        lines={lines}
        source={source}
        height={height}
        watch={expr}
        {...note}
        {...(threshold ? { threshold } : {})}
      />
      {children?.(latest.series.toSorted(byLast), latest)}
    </>
  );
}

function NothingAnswers() {
  return (
    <p class="panel faint">
      No series answers this in this range. A longer one may have more;{' '}
      <a href={linkTo({ name: 'metrics' })}>Metrics</a> lists the names that are known.
    </p>
  );
}

/** Those with a value most recently first, of them the largest. */
function byLast(a: PromSeries, b: PromSeries): number {
  const timeOf = ({ values }: PromSeries) => values.at(-1)?.[0] ?? 0;
  return timeOf(b) - timeOf(a) || lastOf(b) - lastOf(a);
}

/** NaN for a series that has no value in the range. */
export function lastOf({ values }: PromSeries): number {
  return Number(values.at(-1)?.[1] ?? Number.NaN);
}

function linesOf(series: readonly PromSeries[]): Line[] {
  const names = tellingNames(
    series.map(({ metric }) => metric),
    nameOfSeries,
  );
  return names.map(
    (name, index): Line => ({
      name,
      colour: (theme) => theme.series[index % theme.series.length]!,
      ...(index < 8 ? {} : { dash: [5, 3] }),
    }),
  );
}

interface Query {
  readonly expr: string;
  readonly answers: KeptAnswer<RangeResult>;
}

function sourceOf({ expr, answers }: Query, units: string, names: readonly string[]): ChartSource {
  return {
    columnCount: names.length,
    svg: (window) => rangePicture([expr], units, window),
    async load(wanted: Window): Promise<Rows> {
      const { window, series } = await answers.load(wanted);
      const byName = new Map(series.map((one) => [nameOfSeries(one.metric), one.values]));
      const columns = names.map((name) => columnOf(byName.get(name) ?? [], window));
      return { startS: window.fromS, stepSeconds: stepFor(window), columns };
    },
  };
}
