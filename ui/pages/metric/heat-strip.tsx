import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { SeriesRows } from '../../../wire/http.ts';
import { sizeCanvas } from '../../chart/sparkline.ts';
import { go } from '../../data/router.ts';
import { colours } from '../../data/theme.ts';
import { dateTimeText, timeTicks } from '../../lib/clock-text.ts';
import { type Domain, domainOf, rampStep } from '../../lib/ramp.ts';
import { mean } from '../../lib/spread.ts';
import { formatValue } from '../../lib/units.ts';
import { useSize } from '../../parts/use-size.ts';

interface HeatStripProps {
  readonly title: string;
  readonly units: string;
  readonly startS: number;
  readonly stepSeconds: number;
  readonly series: readonly StripRows[];
  /** Of all lines together, where room for them is given; CSS pixels. */
  readonly height?: number;
}

/** A series, with a name of its own where host and labels do not make it. */
export type StripRows = SeriesRows & { readonly name?: string };

const HEIGHT_MAX = 440;
const ROW_PX_MAX = 14;
const ROW_PX_MIN = 2;
const AXIS_PX = 18;

/** One line per series, one column per row of the archive, colour for value: stragglers stand out as stripes. */
export function HeatStrip({ title, units, startS, stepSeconds, series, height }: HeatStripProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const pointed = useSignal<{ row: number; column: number; x: number; y: number } | null>(null);
  const sorted = useMemo(
    () =>
      series.toSorted((a, b) => (mean(b.average) ?? -Infinity) - (mean(a.average) ?? -Infinity)),
    [series],
  );
  const columns = Math.max(1, ...sorted.map((rows) => rows.average.length));
  const rowPx = rowHeight(sorted.length, height);
  useEffect(() => {
    if (size.value.width === 0) return;
    const domain = domainOf(largest(sorted), units);
    drawStrip(canvas.current!, {
      width: size.value.width,
      rowPx,
      columns,
      sorted,
      domain,
      startS,
      stepSeconds,
    });
  }, [sorted, size.value.width, colours.value, startS]);

  const onMove = (event: MouseEvent) => {
    const row = Math.floor(event.offsetY / rowPx);
    const column = Math.floor((event.offsetX / size.peek().width) * columns);
    const { offsetX: x, offsetY: y } = event;
    pointed.value = row < sorted.length ? { row, column, x, y } : null;
  };
  const at = pointed.value;
  return (
    <div class="strip" ref={frame}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${title} of ${sorted.length} series over time, the largest mean on top; tables below say the same`}
        onMouseMove={onMove}
        onMouseLeave={() => {
          pointed.value = null;
        }}
        onClick={() => {
          const host = sorted[pointed.peek()?.row ?? -1]?.host;
          if (host) go({ name: 'host', host });
        }}
      />
      {at ? (
        <div
          class="tooltip"
          role="tooltip"
          style={{
            left: at.x > size.value.width / 2 ? 'auto' : `${at.x + 12}px`,
            right: at.x > size.value.width / 2 ? `${size.value.width - at.x + 12}px` : 'auto',
            top: `${at.y + 10}px`,
          }}
        >
          <div class="tooltip-time">{dateTimeText(startS + at.column * stepSeconds)}</div>
          <div class="tooltip-row">
            <span class="tooltip-name">{nameOf(sorted[at.row]!)}</span>
            <b>{formatValue(sorted[at.row]!.average[at.column], units)}</b>
          </div>
        </div>
      ) : null}
    </div>
  );
}

/** Whole pixels, unless there is a height to be filled. */
function rowHeight(rows: number, height: number | undefined): number {
  if (height !== undefined) return Math.min(ROW_PX_MAX, Math.max(1, height / Math.max(1, rows)));
  return Math.max(ROW_PX_MIN, Math.min(ROW_PX_MAX, Math.floor(HEIGHT_MAX / Math.max(1, rows))));
}

/** Host, and what tells its series apart. */
export function nameOf(rows: StripRows): string {
  return rows.name ?? [rows.host, ...Object.values(rows.labels)].join(' ');
}

/** The largest value of each series: enough to find the domain. */
function largest(series: readonly SeriesRows[]): number[] {
  return series.map((rows) =>
    rows.average.reduce((max: number, value) => Math.max(max, value ?? 0), 0),
  );
}

interface Strip {
  readonly width: number;
  readonly rowPx: number;
  readonly columns: number;
  readonly sorted: readonly SeriesRows[];
  readonly domain: Domain;
  readonly startS: number;
  readonly stepSeconds: number;
}

function drawStrip(canvas: HTMLCanvasElement, strip: Strip): void {
  const { width, rowPx, columns, sorted, domain } = strip;
  const { ramp } = colours.peek();
  const ctx = sizeCanvas(canvas, width, sorted.length * rowPx + AXIS_PX);
  const columnPx = width / columns;
  sorted.forEach((rows, row) => {
    // Neighbours of one colour are one rectangle: the strip is mostly calm.
    const top = Math.round(row * rowPx);
    let from = 0;
    let step = stepAt(rows, 0, domain);
    for (let column = 1; column <= columns; column++) {
      const next = column === columns ? Number.NaN : stepAt(rows, column, domain);
      if (next === step) continue;
      ctx.fillStyle = ramp[step] ?? 'transparent';
      ctx.fillRect(
        from * columnPx,
        top,
        (column - from) * columnPx + 0.5,
        Math.round((row + 1) * rowPx) - top - (rowPx > 4 ? 1 : 0),
      );
      from = column;
      step = next;
    }
  });
  drawTimes(ctx, strip);
}

function stepAt(rows: SeriesRows, column: number, domain: Domain): number {
  return rampStep(rows.average[column] ?? Number.NaN, domain);
}

/** Six times along the foot. */
function drawTimes(
  ctx: CanvasRenderingContext2D,
  { width, rowPx, columns, sorted, startS, stepSeconds }: Strip,
): void {
  const seconds = columns * stepSeconds;
  const count = 6;
  const ticks = Array.from(
    { length: count },
    (_, index) => startS + (seconds * (index + 0.5)) / count,
  );
  ctx.font = '11px system-ui, sans-serif';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  ctx.fillStyle = colours.peek().faint;
  timeTicks(ticks, seconds / count).forEach((text, index) => {
    ctx.fillText(text, (width * (index + 0.5)) / count, sorted.length * rowPx + 4);
  });
}
