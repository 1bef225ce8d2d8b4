import { useMemo } from 'preact/hooks';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSource } from '../../chart/feed.ts';
import type { Rows, Window } from '../../data/history.ts';
import { clockReady, nowS } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { nameOfSeries, type PromSeries, queryRange, stepFor } from '../../data/promql.ts';
import { params, range, setParams } from '../../data/router.ts';
import { rangeBounds } from '../../lib/time-range.ts';
import { digits } from '../../lib/units.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { QueryField } from './query-field.tsx';

/** Lines that a chart can tell apart; the table has them all. */
const LINES_MAX = 12;
const ROWS_MAX = 500;

/** Questions that no page foresaw, in PromQL. */
export function ExplorePage() {
  const expr = params.value.get('expr') ?? '';
  return (
    <>
      <div class="page-head">
        <h1>Explore</h1>
        <span class="dim">PromQL over live values and archives</span>
      </div>
      <QueryField expr={expr} onRun={(next) => setParams({ expr: next || null }, true)} />
      {expr === '' ? <Examples /> : <Result key={expr} expr={expr} />}
    </>
  );
}

const EXAMPLES: readonly (readonly [expr: string, what: string])[] = [
  ['topk(5, load_one)', 'the five busiest hosts at each instant'],
  ['avg by (rack) (cpu_user)', 'the mean of each rack'],
  ['100 * (1 - mem_available / mem_total) > 90', 'hosts with little memory left'],
  ['max_over_time(load_one[10m])', 'the peak of the last ten minutes'],
  ['sum(bytes_in) + sum(bytes_out)', 'traffic of the whole cluster'],
];

function Examples() {
  return (
    <section class="panel" aria-label="Examples">
      <table class="list">
        <tbody>
          {EXAMPLES.map(([expr, what]) => (
            <tr key={expr}>
              <td>
                <a href={`/explore?${new URLSearchParams({ expr })}`}>
                  <code>{expr}</code>
                </a>
              </td>
              <td class="dim">{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Result({ expr }: { expr: string }) {
  const shown = range.value;
  const load = async () => {
    await clockReady;
    return queryRange(expr, rangeBounds(shown, nowS.peek()));
  };
  const { state, reload } = useLoaded(load, JSON.stringify(shown));
  if (state.kind !== 'loaded') {
    return (
      <section class="panel">
        <NotLoaded state={state} onRetry={reload} />
      </section>
    );
  }
  if (state.value.length === 0)
    return <p class="panel faint">No series answers this in this range.</p>;
  return <ResultOf expr={expr} series={state.value} />;
}

function ResultOf({ expr, series }: { expr: string; series: readonly PromSeries[] }) {
  const largest = useMemo(() => series.toSorted((a, b) => lastOf(b) - lastOf(a)), [series]);
  const names = largest.slice(0, LINES_MAX).map(({ metric }) => nameOfSeries(metric));
  const identity = names.join('\n');
  const source = useMemo(() => sourceOf(expr, names), [expr, identity]);
  const lines = useMemo(
    () =>
      names.map((name, index) => ({
        name,
        colour: (theme: { readonly series: readonly string[] }) =>
          theme.series[index % theme.series.length]!,
        ...(index < 8 ? {} : { dash: [5, 3] }),
      })),
    [identity],
  );
  const omitted = series.length - names.length;
  return (
    <div class="stack">
      <Chart
        title={expr}
        units=""
        lines={lines}
        source={source}
        height={280}
        {...(omitted > 0
          ? {
              note: `the ${LINES_MAX} largest of ${series.length} series; the table has the others`,
            }
          : {})}
      />
      <section class="panel scroll" aria-label="Series">
        <h2>
          {series.length} series <span class="faint">with their newest values</span>
        </h2>
        <table class="list">
          <tbody>
            {largest.slice(0, ROWS_MAX).map((one) => (
              <tr key={nameOfSeries(one.metric)}>
                <td>
                  <code>{nameOfSeries(one.metric)}</code>
                </td>
                <td class="right">{digits(lastOf(one))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function lastOf({ values }: PromSeries): number {
  return Number(values.at(-1)?.[1] ?? Number.NaN);
}

/** The instants of a range query are `from`, `from + step`, …; a series leaves out those at which it has no value. */
function sourceOf(expr: string, names: readonly string[]): ChartSource {
  return {
    columnCount: names.length,
    async load(window: Window): Promise<Rows> {
      const byName = new Map(
        (await queryRange(expr, window)).map((one) => [nameOfSeries(one.metric), one.values]),
      );
      const stepSeconds = stepFor(window);
      const rows = Math.floor((window.toS - window.fromS) / stepSeconds) + 1;
      const columns = names.map((name) => {
        const column = new Array<number | null>(rows).fill(null);
        for (const [time, value] of byName.get(name) ?? [])
          column[Math.round((time - window.fromS) / stepSeconds)] = Number(value);
        return column;
      });
      return { startS: window.fromS, stepSeconds, columns };
    },
  };
}
