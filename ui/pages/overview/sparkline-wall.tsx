import { useRef } from 'preact/hooks';
import type { HostSummary } from '../../../wire/http.ts';
import { sizeCanvas, traceSparkline } from '../../chart/sparkline.ts';
import { go } from '../../data/router.ts';
import { type Colours, colours } from '../../data/theme.ts';
import type { Lens } from '../../lib/lens.ts';
import { unlikeness } from '../../lib/outliers.ts';
import type { Domain } from '../../lib/ramp.ts';
import { formatValue } from '../../lib/units.ts';
import { useDrawing } from '../../parts/use-drawing.ts';
import { useSize } from '../../parts/use-size.ts';
import { HISTORY_SECONDS, type HostValues } from './host-values.ts';
import { shortName } from './map-drawing.ts';

interface WallProps {
  readonly hosts: readonly HostSummary[];
  readonly lens: Lens;
  readonly values: HostValues;
  readonly domain: Domain;
  readonly isSelection: boolean;
}

const CELL = { widthMin: 122, height: 36, gap: 6 };
/** Letters beside the value; more would be squeezed. */
const NAME_LETTERS = 12;
/** From one line of cells to the next. */
const LINE_PITCH = CELL.height + CELL.gap;
/** The order changes this often at most: a wall that shuffles each second cannot be read. */
const ORDER_SECONDS = 15;
/** More lines than a person looks through. */
const HOSTS_MAX = 400;

/** What the order was made of, so that it is made again when that changes. */
interface Order {
  readonly names: readonly string[];
  readonly atS: number;
  readonly of: readonly HostSummary[] | null;
  readonly hasPast: boolean;
}

/** The last five minutes of every host, the most unusual first. */
export function SparklineWall({ hosts, lens, values, domain, isSelection }: WallProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const order = useRef<Order>({ names: [], atS: 0, of: null, hasPast: false });
  const rows = useRef(new Map<string, Float32Array>());

  const draw = () => {
    const { width, height } = size.peek();
    if (!canvas.current || width === 0) return;
    const { lastS } = values.history;
    const age = lastS - order.current.atS;
    const { of, hasPast } = order.current;
    if (of !== hosts || hasPast !== values.hasPast || age >= ORDER_SECONDS || age < 0) {
      readRows(rows.current, hosts, values);
      const names = byUnlikeness(hosts, rows.current).slice(0, HOSTS_MAX);
      order.current = { names, atS: lastS, of: hosts, hasPast: values.hasPast };
    }
    drawWall(canvas.current, colours.peek(), {
      names: order.current.names,
      ...columnsIn(width),
      ...{ width, height, top: frame.current!.scrollTop },
      row: (name) => values.history.read(name, rows.current.get(name)!),
      text: (name) => formatValue(values.value(lens, name), lens.units),
      domain,
    });
  };
  useDrawing(draw, [values.version, size, colours]);
  const onClick = (event: MouseEvent) => {
    const { columns, pitch } = columnsIn(size.peek().width);
    const column = Math.min(columns - 1, Math.floor(event.offsetX / pitch));
    const line = Math.floor((frame.current!.scrollTop + event.offsetY) / LINE_PITCH);
    const name = order.current.names[line * columns + column];
    if (name !== undefined) go({ name: 'host', host: name });
  };
  const { columns: columnCount } = columnsIn(size.value.width);
  const lineCount = Math.ceil(Math.min(hosts.length, HOSTS_MAX) / columnCount);
  return (
    <section class="panel wall" aria-label="Last five minutes of each host">
      <h2>
        {lens.title}, last 5 min{' '}
        <span class="faint">
          {isSelection ? `of ${hosts.length} selected hosts` : `of ${hosts.length} hosts`}, the most
          unlike its peers first
        </span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must reach */}
      <div class="wall-frame" ref={frame} tabIndex={0} onScroll={draw}>
        <div style={{ height: `${lineCount * LINE_PITCH}px` }}>
          <canvas
            ref={canvas}
            role="img"
            aria-label={`${lens.title} of ${hosts.length} hosts as lines; the table of hosts has the same values`}
            onClick={onClick}
          />
        </div>
      </div>
    </section>
  );
}

/** As many columns as fit, stretched to fill the width. */
function columnsIn(width: number): { columns: number; pitch: number } {
  const columns = Math.max(1, Math.floor((width + CELL.gap) / (CELL.widthMin + CELL.gap)));
  return { columns, pitch: (width + CELL.gap) / columns };
}

/** Keeps one array per host. */
function readRows(
  rows: Map<string, Float32Array>,
  hosts: readonly HostSummary[],
  values: HostValues,
): void {
  if (rows.size > hosts.length) rows.clear();
  for (const { name } of hosts) {
    const row = rows.get(name) ?? new Float32Array(HISTORY_SECONDS);
    rows.set(name, values.history.read(name, row));
  }
}

function byUnlikeness(
  hosts: readonly HostSummary[],
  rows: ReadonlyMap<string, Float32Array>,
): string[] {
  const names = hosts.map((host) => host.name).filter((name) => rows.has(name));
  const scores = unlikeness(names.map((name) => rows.get(name)!));
  const byName = new Map(names.map((name, index) => [name, scores[index]!]));
  return names.sort((a, b) => byName.get(b)! - byName.get(a)!);
}

interface WallPicture {
  readonly names: readonly string[];
  readonly columns: number;
  /** From one column to the next. */
  readonly pitch: number;
  /** What is scrolled into view, CSS pixels. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly row: (name: string) => Float32Array;
  readonly text: (name: string) => string;
  readonly domain: Domain;
}

/** Draws what is in view and no more: each second the browser copies a canvas whole, seen or not. */
function drawWall(canvas: HTMLCanvasElement, theme: Colours, picture: WallPicture): void {
  const { columns, pitch, names, top, width, height } = picture;
  const cellWidth = pitch - CELL.gap;
  const isSized = canvas.style.width === `${width}px` && canvas.style.height === `${height}px`;
  const ctx = isSized ? canvas.getContext('2d')! : sizeCanvas(canvas, width, height);
  ctx.clearRect(0, 0, width, height);
  const first = Math.floor(top / LINE_PITCH) * columns;
  const last = Math.ceil((top + height) / LINE_PITCH) * columns;
  const cells = names.slice(first, last).map((name, index) => ({
    name,
    x: ((first + index) % columns) * pitch,
    y: Math.floor((first + index) / columns) * LINE_PITCH - top,
  }));
  ctx.fillStyle = theme.raised;
  for (const { x, y } of cells) ctx.fillRect(x, y, cellWidth, CELL.height);
  // One path for all lines: a stroke costs more than its points.
  ctx.beginPath();
  for (const { name, x, y } of cells) {
    const box = { x, y: y + 13, width: cellWidth, height: CELL.height - 15 };
    traceSparkline(ctx, picture.row(name), box, picture.domain);
  }
  ctx.strokeStyle = theme.series[0]!;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.font = '10.5px system-ui, sans-serif';
  ctx.textBaseline = 'top';
  for (const { name, x, y } of cells) {
    ctx.textAlign = 'left';
    ctx.fillStyle = theme.dim;
    ctx.fillText(shortName(name, NAME_LETTERS), x + 3, y + 2, cellWidth - 60);
    ctx.textAlign = 'right';
    ctx.fillStyle = theme.text;
    ctx.fillText(picture.text(name), x + cellWidth - 3, y + 2);
  }
}
