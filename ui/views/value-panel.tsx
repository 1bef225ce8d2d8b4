import { useEffect, useRef } from 'preact/hooks';
import type { ValuePanel as ValueSpec, ViewQuery } from '../../wire/views.ts';
import { sizeCanvas, traceSparkline } from '../chart/sparkline.ts';
import { catalogue } from '../data/catalogue.ts';
import { clockReady, nowS } from '../data/live.ts';
import { useLoaded } from '../data/load.ts';
import { nameOfSeries } from '../data/promql.ts';
import { range } from '../data/router.ts';
import { colours } from '../data/theme.ts';
import { rangeBounds } from '../lib/time-range.ts';
import { formatValue } from '../lib/units.ts';
import { useSize } from '../parts/use-size.ts';
import { Graded } from './graded.tsx';
import { placeOf, queryRanges, unitsOf } from './query-range.ts';
import { type Labels, namesOf } from './series-names.ts';
import { gradeOf } from './thresholds.ts';
import { useAnswers } from './use-answers.ts';
import { useVisible } from './use-visible.ts';

/** Numbers side by side; more are a table. */
const TILES_MAX = 12;
const POINTS = 120;
const RELOAD_SECONDS = 30;

interface ValuePanelProps {
  readonly panel: ValueSpec;
  readonly queries: readonly ViewQuery[];
}

interface Tile {
  readonly name: string;
  readonly text: string;
  readonly value: number | null;
  readonly line: readonly (number | null)[];
}

/** Numbers of now, large, each over the line of its range. */
export function ValuePanel({ panel, queries }: ValuePanelProps) {
  const frame = useRef<HTMLElement>(null);
  const isVisible = useVisible(frame).value;
  return (
    <section ref={frame} class="panel view-panel view-values" aria-label={panel.title}>
      <h3 title={panel.description || undefined}>{panel.title}</h3>
      <Tiles panel={panel} queries={queries} isVisible={isVisible} />
    </section>
  );
}

function Tiles({ panel, queries, isVisible }: ValuePanelProps & { isVisible: boolean }) {
  const shown = range.value;
  const exprs = queries.map(({ expr }) => expr);
  const answers = useAnswers(exprs, isVisible).value;
  const load = async () => {
    await clockReady;
    return queryRanges(queries, rangeBounds(shown, nowS.peek()), POINTS);
  };
  const everySeconds = shown.kind === 'live' && isVisible ? RELOAD_SECONDS : 0;
  const { state } = useLoaded(load, JSON.stringify([exprs, shown]), everySeconds);
  const failed = answers?.find(({ error }) => error !== null)?.error;
  if (failed)
    return (
      <p class="failure" role="alert">
        {failed}
      </p>
    );
  const lines = new Map(
    state.kind === 'loaded' ? state.value.series.map((one) => [placeOf(one), one.values]) : [],
  );
  const series = (answers ?? []).flatMap((answer, query) =>
    answer.series.map(({ labels, value }) => ({ query, labels, value })),
  );
  const names = namesOf(series, queries, nameOfSeries);
  const unitsFor = (query: number, labels: Labels) =>
    unitsOf(queries[query]!, [labels], catalogue.value);
  const tiles = series.slice(0, TILES_MAX).map(
    (one, index): Tile => ({
      name: series.length === 1 && queries[0]!.name === null ? '' : names[index]!,
      text: formatValue(one.value, unitsFor(one.query, one.labels)),
      value: one.value,
      line: lines.get(placeOf(one)) ?? [],
    }),
  );
  if (tiles.length === 0)
    return (
      <p class="faint big-value" style={{ height: `${panel.height}px` }}>
        {answers === null ? '…' : 'no value'}
      </p>
    );
  return (
    <ul>
      {tiles.map((tile) => (
        <li key={tile.name} style={{ minHeight: `${panel.height}px` }}>
          <b class="big-value">
            <Graded grade={gradeOf(tile.value, panel)}>{tile.text}</Graded>
          </b>
          {tile.name === '' ? null : <span class="dim clipped">{tile.name}</span>}
          <TileLine values={tile.line} />
        </li>
      ))}
    </ul>
  );
}

/** The values of the range, behind the number. */
function TileLine({ values }: { values: readonly (number | null)[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(frame).value;
  const { series } = colours.value;
  useEffect(() => {
    if (width === 0 || height === 0) return;
    const ctx = sizeCanvas(canvas.current!, width, height);
    const known = values.filter((value) => value !== null);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const room = (high - low) * 0.1 || Math.abs(high) * 0.1 || 1;
    const numbers = values.map((value) => value ?? Number.NaN);
    ctx.beginPath();
    traceSparkline(
      ctx,
      numbers,
      { x: 0, y: 1, width, height: height - 2 },
      { min: low - room, max: high + room },
    );
    ctx.strokeStyle = series[0]!;
    ctx.lineWidth = 1.25;
    ctx.stroke();
  }, [values, width, height, series]);
  return (
    <div class="tile-line" ref={frame} aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
