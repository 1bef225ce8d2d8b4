import type { MetricInfo, SeriesRows } from '../../../wire/http.ts';
import { catalogue } from '../../data/catalogue.ts';
import { loadMetric } from '../../data/history.ts';
import { clockReady, nowS } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo, range } from '../../data/router.ts';
import { histogram, mean } from '../../lib/spread.ts';
import { rangeBounds } from '../../lib/time-range.ts';
import { formatValue } from '../../lib/units.ts';
import { Bar } from '../../parts/bar.tsx';
import { Changes } from '../../parts/changes.tsx';
import { NotLoaded } from '../../parts/loading.tsx';
import { TableHead } from '../../parts/table-head.tsx';
import { BandChart } from '../overview/band-chart.tsx';
import { Comparison } from './comparison.tsx';
import { HeatStrip, nameOf } from './heat-strip.tsx';

/** Columns of the strip: about one per three pixels. */
const POINTS = 400;
const RELOAD_SECONDS = 15;
const BINS = 10;
const ROWS = 12;

/** One metric over all hosts. */
export function MetricPage({ name }: { name: string }) {
  const metric = catalogue.value.find((one) => one.name === name);
  const shown = range.value;
  const load = async () => {
    await clockReady;
    return loadMetric(name, rangeBounds(shown, nowS.peek()), { points: POINTS });
  };
  const { state, reload } = useLoaded(
    load,
    JSON.stringify(shown),
    shown.kind === 'live' ? RELOAD_SECONDS : 0,
  );
  const title = metric?.title || name;
  const units = metric?.units ?? '';
  return (
    <>
      <header class="page-head">
        <h1>{title}</h1>
        <code>{name}</code>
        {units === '' ? null : <span class="dim">in {units}</span>}
        <span class="dim">{metric?.description === title ? '' : metric?.description}</span>
        <a href={`/explore?${new URLSearchParams({ expr: name })}`}>Explore</a>
        <a href={linkTo({ name: 'metrics' })}>All metrics</a>
      </header>
      {metric && metric.labelNames.length === 0 ? <Spread metric={metric} state={state} /> : null}
      {metric ? <Comparison metric={metric} /> : null}
      <Changes />
      <section class="panel" aria-label="All series over time">
        <h2>
          Every series <span class="faint">the largest mean on top</span>
        </h2>
        {state.kind !== 'loaded' ? (
          <NotLoaded state={state} onRetry={reload} />
        ) : state.value.series.length === 0 ? (
          <p class="faint">No host has sent this metric in this range.</p>
        ) : (
          <HeatStrip title={title} units={units} {...state.value} />
        )}
      </section>
      {state.kind === 'loaded' ? <Extremes series={state.value.series} units={units} /> : null}
    </>
  );
}

type State = ReturnType<typeof useLoaded<Awaited<ReturnType<typeof loadMetric>>>>['state'];

function Spread({ metric, state }: { metric: MetricInfo; state: State }) {
  const latest = state.kind === 'loaded' ? state.value.series.map(lastOf) : [];
  const bins = histogram(latest, BINS);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  return (
    <div class="metric-grid">
      <BandChart metric={metric} height={200} />
      <section class="panel" aria-label="Distribution now">
        <h2>Hosts by value, now</h2>
        <ol class="histogram">
          {bins.toReversed().map((bin) => (
            <li key={bin.from}>
              <span>{formatValue(bin.from, metric.units)}</span>
              <Bar share={bin.count / most} />
              <b>{bin.count}</b>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

/** The newest value that is known; the last rows of a range may not be there yet. */
function lastOf(rows: SeriesRows): number {
  return rows.average.findLast((value) => value !== null) ?? Number.NaN;
}

function Extremes({ series, units }: { series: readonly SeriesRows[]; units: string }) {
  const known = series
    .map((rows) => ({ rows, mean: mean(rows.average) }))
    .filter((entry) => entry.mean !== null)
    .sort((a, b) => b.mean! - a.mean!);
  const table = (title: string, entries: typeof known) => (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <table class="list">
        <TableHead columns={['Series', { right: 'Mean' }, { right: 'Last' }]} />
        <tbody>
          {entries.map(({ rows, mean: value }) => (
            <tr key={nameOf(rows)}>
              <th scope="row">
                <a href={linkTo({ name: 'host', host: rows.host })}>{nameOf(rows)}</a>
              </th>
              <td class="right">{formatValue(value, units)}</td>
              <td class="right">{formatValue(lastOf(rows), units)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
  return (
    <div class="two extremes">
      {table('Largest', known.slice(0, ROWS))}
      {table('Smallest', known.toReversed().slice(0, ROWS))}
    </div>
  );
}
