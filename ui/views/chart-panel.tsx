import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type { ChartPanel as ChartSpec, ViewQuery } from '../../wire/views.ts';
import { Chart } from '../chart/chart.tsx';
import type { ChartSource } from '../chart/feed.ts';
import type { Line } from '../chart/plot.ts';
import { catalogue } from '../data/catalogue.ts';
import type { Rows, Window } from '../data/history.ts';
import { clockReady, nowS } from '../data/live.ts';
import { useLoaded } from '../data/load.ts';
import { nameOfSeries, rangePicture } from '../data/promql.ts';
import { range } from '../data/router.ts';
import type { Colours } from '../data/theme.ts';
import { rangeBounds } from '../lib/time-range.ts';
import { subscribeAnswers } from './live-answers.ts';
import { PanelState } from './panel-state.tsx';
import { placeOf, type SeriesOfQuery, unitsOf } from './query-range.ts';
import { RangeLoader } from './range-loader.ts';
import { namesOf } from './series-names.ts';

/** Series that were not there at first are looked for this often at most. */
const LOOK_AGAIN_MS = 10_000;
/** A panel that has nothing to show looks again. */
const RETRY_SECONDS = 5;

interface ChartPanelProps {
  readonly panel: ChartSpec;
  /** Of the panel, variables filled in. */
  readonly queries: readonly ViewQuery[];
}

/** Expressions as lines, areas or a stack, the largest series of the answer, live. */
export function ChartPanel({ panel, queries }: ChartPanelProps) {
  const shown = range.value;
  const exprs = queries.map(({ expr }) => expr);
  const loader = useMemo(() => new RangeLoader(queries), [JSON.stringify([queries, shown])]);
  const isLacking = useSignal(false);
  const load = async () => {
    await clockReady;
    isLacking.value = true;
    const answer = await loader.load(rangeBounds(shown, nowS.peek()));
    isLacking.value = answer.series.length === 0;
    return answer;
  };
  const everySeconds = isLacking.value && shown.kind === 'live' ? RETRY_SECONDS : 0;
  const { state, reload } = useLoaded(load, JSON.stringify([exprs, shown]), everySeconds);
  const lookedAtMs = useRef(0);
  const lookAgain = () => {
    if (Date.now() - lookedAtMs.current < LOOK_AGAIN_MS) return;
    lookedAtMs.current = Date.now();
    loader.forget();
    reload();
  };
  const all = state.kind === 'loaded' ? state.value.series : [];
  const drawn = useMemo(() => largest(all, panel.limit), [all, panel.limit]);
  const identity = drawn.map(placeOf).join('\n');
  const units = unitsOf(
    queries.find((query) => query.units !== null) ?? queries[0]!,
    drawn.map(({ labels }) => labels),
    catalogue.value,
  );
  const lines = useMemo(() => [...linesOf(drawn, queries), ...levelsOf(panel)], [identity]);
  const source = useMemo(
    () => sourceOf({ loader, drawn, units, levels: levelValues(panel), lookAgain }),
    [loader, units, identity],
  );
  const omitted = all.length - drawn.length;
  if (state.kind !== 'loaded' || all.length === 0)
    return <PanelState panel={panel} state={state} onRetry={reload} />;
  return (
    <Chart
      title={panel.title}
      description={panel.description || panel.title}
      units={units}
      kind={kindOf(panel)}
      bounds={{ min: panel.min, max: panel.max }}
      lines={lines}
      source={source}
      height={panel.height}
      compareColumns={drawn.map((_, column) => column)}
      {...(omitted > 0 ? { note: `the ${drawn.length} largest of ${all.length} series` } : {})}
    />
  );
}

function kindOf({ style }: ChartSpec): 'lines' | 'area' | 'stack' {
  return style === 'line' ? 'lines' : style;
}

/** Of each query in its turn; of many series the largest at the end of the range. */
function largest(all: readonly SeriesOfQuery[], limit: number): readonly SeriesOfQuery[] {
  if (all.length <= limit) return all;
  const last = ({ values }: SeriesOfQuery) =>
    values.findLast((value) => value !== null) ?? -Infinity;
  const kept = new Set(all.toSorted((a, b) => last(b) - last(a)).slice(0, limit));
  return all.filter((one) => kept.has(one));
}

function linesOf(drawn: readonly SeriesOfQuery[], queries: readonly ViewQuery[]): Line[] {
  return namesOf(drawn, queries, nameOfSeries).map((name, index): Line => {
    const colour = (theme: Colours) => theme.series[index % theme.series.length]!;
    return index < 8 ? { name, colour } : { name, colour, dash: [5, 3] };
  });
}

function levelValues({ warning, critical }: ChartSpec): number[] {
  return [warning, critical].filter((value) => value !== null);
}

function levelsOf({ warning, critical }: ChartSpec): Line[] {
  const level = (name: string, value: number | null, colour: Line['colour']): Line[] =>
    value === null ? [] : [{ name, colour, dash: [6, 4], isLevel: true }];
  return [
    ...level('warning', warning, (theme) => theme.warn),
    ...level('critical', critical, (theme) => theme.crit),
  ];
}

interface SourceParts {
  readonly loader: RangeLoader;
  readonly drawn: readonly SeriesOfQuery[];
  readonly units: string;
  readonly levels: readonly number[];
  readonly lookAgain: () => void;
}

function sourceOf({ loader, drawn, units, levels, lookAgain }: SourceParts): ChartSource {
  const places = drawn.map(placeOf);
  return {
    columnCount: places.length + levels.length,
    svg: (window) =>
      rangePicture(
        loader.queries.map(({ expr }) => expr),
        units,
        window,
      ),
    async load(window: Window): Promise<Rows> {
      const { startS, stepSeconds, series } = await loader.load(window);
      const byPlace = new Map(series.map((one) => [placeOf(one), one.values]));
      const columns = places.map((place) => byPlace.get(place) ?? []);
      const rows = Math.max(
        0,
        ...columns.map((column) => column.findLastIndex((value) => value !== null) + 1),
      );
      const limits = levels.map((level) => new Array<number>(rows).fill(level));
      return { startS, stepSeconds, columns: [...columns, ...limits] };
    },
    stream(onRow) {
      const exprs = loader.queries.map(({ expr }) => expr);
      return subscribeAnswers(exprs, (timeS, answers) => {
        const values = new Map<string, number | null>();
        answers.forEach(({ series }, query) => {
          for (const { labels, value } of series) values.set(placeOf({ query, labels }), value);
        });
        onRow(timeS, [...places.map((place) => values.get(place) ?? null), ...levels]);
        if ([...values.keys()].some((place) => !loader.knows(place))) lookAgain();
      });
    },
  };
}
