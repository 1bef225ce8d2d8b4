import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type { StripPanel as StripSpec, ViewQuery } from '../../wire/views.ts';
import { catalogue } from '../data/catalogue.ts';
import { clockReady, nowS } from '../data/live.ts';
import { useLoaded } from '../data/load.ts';
import { paused } from '../data/pause.ts';
import { nameOfSeries } from '../data/promql.ts';
import { range } from '../data/router.ts';
import { mean } from '../lib/spread.ts';
import { rangeBounds } from '../lib/time-range.ts';
import { formatValue } from '../lib/units.ts';
import { HeatStrip } from '../pages/metric/heat-strip.tsx';
import { TableHead } from '../parts/table-head.tsx';
import { PanelState } from './panel-state.tsx';
import { queryRanges, type RangeOfQueries, unitsOf } from './query-range.ts';
import { namesOf } from './series-names.ts';
import { useVisible } from './use-visible.ts';

/** Columns: about one per three pixels. */
const POINTS = 300;
const RELOAD_SECONDS = 15;
const TABLE_ROWS_MAX = 50;

interface StripPanelProps {
  readonly panel: StripSpec;
  readonly queries: readonly ViewQuery[];
}

/** Expressions as a heat strip, read again every few seconds. */
export function StripPanel({ panel, queries }: StripPanelProps) {
  const frame = useRef<HTMLElement>(null);
  const isVisible = useVisible(frame).value;
  return (
    <section ref={frame} class="panel view-panel" aria-label={panel.title}>
      <h3 title={panel.description || undefined}>{panel.title}</h3>
      {isVisible ? <Strip panel={panel} queries={queries} /> : null}
    </section>
  );
}

function Strip({ panel, queries }: StripPanelProps) {
  const shown = range.value;
  const last = useRef<RangeOfQueries>(null);
  const load = async () => {
    await clockReady;
    if (last.current && paused.peek()) return last.current;
    last.current = await queryRanges(queries, rangeBounds(shown, nowS.peek()), POINTS);
    return last.current;
  };
  const everySeconds = shown.kind === 'live' ? RELOAD_SECONDS : 0;
  const { state, reload } = useLoaded(load, JSON.stringify([queries, shown]), everySeconds);
  const rows = useMemo(
    () => (state.kind === 'loaded' ? rowsOf(state.value, queries) : []),
    [state.kind === 'loaded' ? state.value : null],
  );
  if (state.kind !== 'loaded' || rows.length === 0)
    return <PanelState panel={{ ...panel, title: '' }} state={state} onRetry={reload} />;
  const { startS, stepSeconds, series } = state.value;
  const labels = series.map((one) => one.labels);
  const units = unitsOf(queries[0]!, labels, catalogue.value);
  return (
    <>
      <HeatStrip
        title={panel.title}
        units={units}
        startS={startS}
        stepSeconds={stepSeconds}
        series={rows}
        height={panel.height}
      />
      <StripTable title={panel.title} rows={rows} units={units} />
    </>
  );
}

function rowsOf({ series }: RangeOfQueries, queries: readonly ViewQuery[]) {
  const names = namesOf(series, queries, nameOfSeries);
  return series.map(({ labels, values }, index) => ({
    host: labels['host'] ?? '',
    metric: '',
    name: names[index]!,
    labels: {},
    units: '',
    average: values,
    min: [],
    max: [],
  }));
}

/** The same in text. */
function StripTable({
  title,
  rows,
  units,
}: {
  title: string;
  rows: ReturnType<typeof rowsOf>;
  units: string;
}) {
  const isOpen = useSignal(false);
  const sorted = isOpen.value
    ? rows
        .map(({ name, average }) => ({
          name,
          mean: mean(average),
          last: average.findLast((value) => value !== null) ?? null,
        }))
        .sort((a, b) => (b.mean ?? -Number.MAX_VALUE) - (a.mean ?? -Number.MAX_VALUE))
        .slice(0, TABLE_ROWS_MAX)
    : [];
  return (
    <details
      class="strip-table"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary class="faint">as table</summary>
      <table class="list" aria-label={title}>
        <TableHead columns={['Series', { right: 'Mean' }, { right: 'Last' }]} />
        <tbody>
          {sorted.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td class="right">{formatValue(row.mean, units)}</td>
              <td class="right">{formatValue(row.last, units)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
