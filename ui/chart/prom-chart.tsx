import { useMemo } from 'preact/hooks';
import type { Rows, Window } from '../data/history.ts';
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
import { range } from '../data/router.ts';
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
  const load = async () => {
    await clockReady;
    return queryRange(expr, rangeBounds(shown, nowS.peek()));
  };
  const { state, reload } = useLoaded(load, JSON.stringify([expr, shown]));
  const series = state.kind === 'loaded' ? state.value.series : [];
  const largest = useMemo(() => series.toSorted(byLast), [series]);
  const drawn = largest.slice(0, LINES_MAX);
  const identity = drawn.map(({ metric }) => nameOfSeries(metric)).join('\n');
  const lines = useMemo(() => linesOf(drawn), [identity]);
  const source = useMemo(
    () => sourceOf(expr, units, identity.split('\n')),
    [expr, units, identity],
  );
  if (state.kind === 'failed') return <QueryFailure expr={expr} message={state.message} />;
  if (state.kind === 'loading')
    return (
      <section class="panel">
        <NotLoaded state={state} onRetry={reload} />
      </section>
    );
  if (series.length === 0) return <p class="panel faint">No series answers this in this range.</p>;
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
      {children?.(largest, state.value)}
    </>
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

function sourceOf(expr: string, units: string, names: readonly string[]): ChartSource {
  return {
    columnCount: names.length,
    svg: (window) => rangePicture([expr], units, window),
    async load(window: Window): Promise<Rows> {
      const { series: answer } = await queryRange(expr, window);
      const byName = new Map(answer.map((one) => [nameOfSeries(one.metric), one.values]));
      const columns = names.map((name) => columnOf(byName.get(name) ?? [], window));
      return { startS: window.fromS, stepSeconds: stepFor(window), columns };
    },
  };
}
