/** One uPlot chart in the look of this page: what is drawn, not where the data comes from. */
import uPlot from 'uplot';
import type { Window } from '../data/history.ts';
import { type Colours, colours } from '../data/theme.ts';
import { textZone, timeTicks } from '../lib/clock-text.ts';
import type { Column } from '../lib/time-window.ts';
import { formatTicks, isBinary } from '../lib/units.ts';
import { drawOverlay, type Overlay } from './marks.ts';
import { stackColumns } from './stack.ts';

export interface Line {
  readonly name: string;
  readonly colour: (colours: Colours) => string;
  readonly dash?: readonly number[];
  readonly width?: number;
  /** Drawn and in the tooltip, but not in the legend. */
  readonly isQuiet?: boolean;
  /** A limit, not a measurement: neither stacked nor filled; after all others. */
  readonly isLevel?: boolean;
}

export interface PlotOptions {
  readonly units: string;
  /** `band`: the first two lines bound a filled area, the rest are lines over it; `area`: filled down to zero. */
  readonly kind: 'lines' | 'area' | 'stack' | 'band';
  readonly fromZero: boolean;
  /** Ends of the value axis that do not follow the values. */
  readonly bounds?: Bounds;
  readonly lines: readonly Line[];
  readonly window: () => Window;
  /** What lies over the lines. */
  readonly overlay: () => Overlay;
  /** Row and place of the crosshair, from the pointer on this chart or on one that moves with it. */
  readonly onCursor: (row: number | null, left: number, top: number) => void;
  readonly onZoom: (window: Window) => void;
  /** Dragged with Alt: the window is marked, not zoomed into. */
  readonly onMark: (window: Window) => void;
  /** A value that is always on the value axis. */
  readonly includes?: () => number | null;
}

export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
}

/** Charts with the same key share the crosshair. */
const SYNC_KEY = 'page';
const AXIS_FONT = '11px system-ui, sans-serif';
/** A drag shorter than this is a click. */
const DRAG_PX_MIN = 6;

export class Plot {
  readonly #chart: uPlot;
  readonly #options: PlotOptions;
  readonly #hidden = new Set<number>();
  #isMarking = false;
  #stacked: Column[] = [];

  constructor(element: HTMLElement, size: { width: number; height: number }, options: PlotOptions) {
    this.#options = options;
    this.#stacked = options.lines.map(() => []);
    this.#chart = new uPlot(
      this.#uplotOptions(size),
      [[], ...options.lines.map(() => [])],
      element,
    );
    this.over.addEventListener('mousedown', (event) => {
      this.#isMarking = event.altKey;
    });
  }

  /** Draws the rows; the arrays are kept by reference until the next call. */
  update(times: readonly number[], columns: readonly Column[]): void {
    const shown = this.#options.kind === 'stack' ? this.#stack(columns) : columns;
    // At once, not in a microtask of uPlot: who draws several charts wants to know what each took.
    this.#chart.batch(() => this.#chart.setData([times as number[], ...(shown as Column[])]));
  }

  resize(size: { width: number; height: number }): void {
    this.#chart.setSize(size);
  }

  /** Colours or marks changed. */
  redraw(): void {
    this.#chart.redraw(false, true);
  }

  /** Puts the crosshair of this and all synced charts on a row; null takes it away. */
  showAt(row: number | null): void {
    const time = row === null ? undefined : this.#chart.data[0]?.[row];
    // The first row may lie a fraction of a pixel before the window.
    const left = time === undefined ? -10 : Math.max(0, this.#chart.valToPos(time, 'x'));
    this.#chart.setCursor({ left, top: time === undefined ? -10 : 10 });
    // The others take the place from here; uPlot itself sets it only for the pointer.
    this.#chart.cursor.sync!.values = [time ?? 0, 0];
    uPlot
      .sync(SYNC_KEY)
      .pub('mousemove', this.#chart, left, 10, this.#width, this.#height, row ?? -1);
  }

  /** Of the line nearest to a place of the pointer; -1 when none has a value there. */
  nearest(row: number, top: number): number {
    let best = -1;
    let distance = Number.POSITIVE_INFINITY;
    for (let line = 0; line < this.#options.lines.length; line++) {
      const value = this.#chart.data[line + 1]?.[row];
      if (value === null || value === undefined || this.#hidden.has(line)) continue;
      const away = Math.abs(this.#chart.valToPos(value, 'y') - top);
      if (away < distance) {
        best = line;
        distance = away;
      }
    }
    return best;
  }

  setHidden(hidden: ReadonlySet<number>): void {
    this.#hidden.clear();
    for (const line of hidden) this.#hidden.add(line);
    this.#chart.batch(() => {
      for (let line = 0; line < this.#options.lines.length; line++)
        this.#chart.setSeries(line + 1, { show: !hidden.has(line) });
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.#chart.ctx.canvas;
  }

  get plotLeft(): number {
    return this.#chart.over.offsetLeft;
  }

  get over(): HTMLElement {
    return this.#chart.over;
  }

  /** CSS pixels from the top of the plot. */
  topOf(value: number): number {
    return this.#chart.valToPos(value, 'y');
  }

  valueAt(top: number): number {
    return this.#chart.posToVal(top, 'y');
  }

  timeAt(left: number): number {
    return this.#chart.posToVal(left, 'x');
  }

  destroy(): void {
    this.#chart.destroy();
  }

  get #width(): number {
    return this.#chart.over.clientWidth;
  }

  get #height(): number {
    return this.#chart.over.clientHeight;
  }

  #stack(columns: readonly Column[]): Column[] {
    const levels = columns.slice(this.#layerCount);
    const layers = this.#stacked.slice(0, this.#layerCount);
    stackColumns(columns.slice(0, this.#layerCount), this.#hidden, layers);
    return [...layers, ...levels];
  }

  /** Lines that are no levels. */
  get #layerCount(): number {
    return this.#options.lines.filter((line) => !line.isLevel).length;
  }

  #uplotOptions({ width, height }: { width: number; height: number }): uPlot.Options {
    const { lines, units, kind } = this.#options;
    const base = {
      fromZero: this.#options.fromZero || kind !== 'lines',
      isWhole: kind === 'stack' && units === '%',
    };
    return {
      width,
      height,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => zonedDate(seconds, textZone()),
      scales: {
        x: {
          time: true,
          range: () => {
            const { fromS, toS } = this.#options.window();
            return [fromS, toS > fromS ? toS : fromS + 1];
          },
        },
        y: {
          range: (_chart, min, max) =>
            withBounds(valueRange(base, ...this.#including(min, max)), this.#options.bounds),
        },
      },
      axes: [timeAxis(), valueAxis(units)],
      series: [{}, ...lines.map((line, index) => this.#series(line, index))],
      bands: this.#bands(),
      cursor: {
        y: false,
        points: { show: kind !== 'stack', size: 5 },
        drag: { x: true, y: false, setScale: false, dist: DRAG_PX_MIN },
        sync: {
          key: SYNC_KEY,
          setSeries: false,
          scales: ['x', null],
          filters: { pub: isPointing },
        },
      },
      hooks: {
        draw: [(chart) => drawOverlay(chart, colours.peek(), this.#options.overlay())],
        setCursor: [
          (chart) =>
            this.#options.onCursor(
              chart.cursor.idx ?? null,
              chart.cursor.left ?? -1,
              chart.cursor.top ?? -1,
            ),
        ],
        setSelect: [(chart) => this.#onSelect(chart)],
      },
    };
  }

  #including(min: number | null, max: number | null): [number | null, number | null] {
    const value = this.#options.includes?.() ?? null;
    if (value === null) return [min, max];
    return [Math.min(min ?? value, value), Math.max(max ?? value, value)];
  }

  #series(line: Line, index: number): uPlot.Series {
    const { kind } = this.#options;
    // Layers of a stack are areas: the edges of empty layers would lie over the others.
    const isEdge = (kind === 'stack' && !line.isLevel) || (kind === 'band' && index < 2);
    const colour = () => line.colour(colours.peek());
    return {
      label: line.name,
      width: isEdge ? 0 : (line.width ?? 1),
      stroke: colour,
      ...(line.dash ? { dash: [...line.dash] } : {}),
      ...(kind === 'stack' && index === 0 ? { fill: () => layer(colour()) } : {}),
      ...(kind === 'area' && !line.isLevel ? { fill: () => translucent(colour()) } : {}),
      points: { show: false },
      spanGaps: false,
    };
  }

  #bands(): uPlot.Band[] {
    const { kind, lines } = this.#options;
    if (kind === 'band')
      return [{ series: [2, 1], fill: () => translucent(lines[0]!.colour(colours.peek())) }];
    if (kind !== 'stack') return [];
    return lines.slice(1, this.#layerCount).map((line, index) => ({
      series: [index + 2, index + 1] as [number, number],
      fill: () => layer(line.colour(colours.peek())),
    }));
  }

  #onSelect(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width < DRAG_PX_MIN) return;
    const fromS = chart.posToVal(left, 'x');
    const toS = chart.posToVal(left + width, 'x');
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (this.#isMarking) this.#options.onMark({ fromS, toS });
    else this.#options.onZoom({ fromS, toS });
  }
}

/** A date whose local fields are those of the zone: by it uPlot finds the round hours and days. */
function zonedDate(seconds: number, zone: string | undefined): Date {
  const date = new Date(seconds * 1000);
  return zone === undefined ? date : uPlot.tzDate(date, zone);
}

/** Other charts follow the crosshair alone: a drag on one of them is one zoom, not one per chart. */
function isPointing(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave';
}

/** Eight-digit hexadecimal colours are what every canvas understands. */
function translucent(colour: string): string {
  return `${colour}55`;
}

function layer(colour: string): string {
  return `${colour}b8`;
}

/** From zero where zero means something; percent stacks are whole; a value that hardly moves far from zero gets its own window. */
function valueRange(
  { fromZero, isWhole }: { readonly fromZero: boolean; readonly isWhole: boolean },
  min: number | null,
  max: number | null,
): [number, number] {
  if (isWhole) return [0, 100];
  if (min === null || max === null) return [0, 1];
  const room = max - min;
  const isFar = !fromZero && min > 0 && room < min * 0.25;
  if (isFar) return [min - (room || min * 0.1) * 0.5, max + (room || min * 0.1) * 0.5];
  const top = max <= 0 ? 0 : max * 1.08;
  return [min < 0 ? min * 1.08 : 0, top > 0 ? top : min < 0 ? 0 : 1];
}

/** A bound that leaves nothing of the range to see gives way. */
function withBounds([low, high]: [number, number], bounds: Bounds | undefined): [number, number] {
  const min = bounds?.min ?? low;
  const max = bounds?.max ?? high;
  if (min < max) return [min, max];
  return bounds?.max === max ? [max - 1, max] : [min, min + 1];
}

function timeAxis(): uPlot.Axis {
  return {
    ...axisLook(),
    space: 64,
    size: 24,
    // Below the half of the lowest label of the value axis that reaches under the plot.
    gap: 6,
    values: (_chart, ticks, _axis, _space, step) => timeTicks(ticks, step),
  };
}

function valueAxis(units: string): uPlot.Axis {
  return {
    ...axisLook(),
    space: 22,
    size: 62,
    gap: 4,
    values: (_chart, ticks) => formatTicks(ticks, units),
    ...(isBinary(units) ? { incrs: POWERS_OF_TWO } : {}),
  };
}

/** Between 1 B and 1 EiB: ticks at 64 GiB and 128 GiB, not at 95.4 GiB. */
const POWERS_OF_TWO = Array.from({ length: 60 }, (_, power) => 2 ** power);

function axisLook(): uPlot.Axis {
  return {
    font: AXIS_FONT,
    stroke: () => colours.peek().faint,
    grid: { stroke: () => colours.peek().grid, width: 1 },
    ticks: { show: false },
  };
}
