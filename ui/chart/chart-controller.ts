/** One chart while it is on the page: what is drawn, and how the pointer and the keyboard read it. */
import { computed, effect } from '@preact/signals';
import { happenings } from '../data/happenings.ts';
import type { Window } from '../data/history.ts';
import { nowS } from '../data/live.ts';
import { mark, marked } from '../data/marked.ts';
import { beginReading } from '../data/pause.ts';
import { setRange } from '../data/router.ts';
import { colours } from '../data/theme.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import type { Table } from '../lib/csv.ts';
import { panned, rangeOf, type TimeRange, zoomed } from '../lib/time-range.ts';
import { formatValue } from '../lib/units.ts';
import { drawNever, drawSoon, drawWithFrame } from './draw-queue.ts';
import { ChartFeed, type ChartSource, type FeedState } from './feed.ts';
import { attachGestures } from './gestures.ts';
import { colourOf, GLYPHS, type NoData, type Span } from './marks.ts';
import { type Line, Plot, type PlotOptions } from './plot.ts';
import { type Threshold, ThresholdHandle } from './threshold.ts';
import { Tooltip, type TooltipNote } from './tooltip.ts';

/** What a chart shows. */
export interface ChartSpec {
  readonly units: string;
  readonly kind?: PlotOptions['kind'];
  /** The value axis begins at zero, however far the values are from it. */
  readonly fromZero?: boolean;
  readonly bounds?: PlotOptions['bounds'];
  readonly lines: readonly Line[];
  readonly source: ChartSource;
  readonly noData?: () => NoData | null;
  /** Only what happened to these hosts, or to the whole cluster, is marked; absent = everything. */
  readonly hosts?: readonly string[];
  readonly threshold?: Threshold;
}

/** Charts start to load a little before they scroll into view. */
const MARGIN = '120px';
/** A reader is told where the keyboard's crosshair is once it rests. */
const SPEAK_AFTER_MS = 250;
/** What happened this near to the crosshair is told with the values. */
const NEAR_PX = 5;
const NOTES_MAX = 4;

/** What the controller tells the component. */
export interface ChartOutputs {
  state(next: FeedState): void;
  speak(text: string): void;
  /** Values of the row under the crosshair, else of the last. */
  values(row: readonly (number | null)[] | null): void;
}

export interface ChartFrame {
  readonly title: string;
  readonly range: TimeRange;
  /** CSS pixels. */
  readonly height: number;
}

/** Ties feed, plot, tooltip, pointer and keyboard of one chart together while it is on screen. */
export class ChartController {
  readonly #body: HTMLElement;
  readonly #title: string;
  readonly #height: number;
  readonly #outputs: ChartOutputs;
  readonly #tooltip: Tooltip;
  readonly #observers: { disconnect(): void }[] = [];
  readonly #stopTheme: () => void;
  readonly #happenings = computed(() => {
    const { hosts } = this.#spec;
    return happenings.value.filter(({ host }) => host === '' || (hosts?.includes(host) ?? true));
  });
  /** Draws the rows of the feed; a field, so that the queue knows it again. */
  readonly #draw = (): void => {
    const feed = this.#feed;
    if (!feed || feed.window.toS === 0) return;
    this.#plot ??= this.#makePlot();
    this.#plot.update(feed.rows.times, feed.rows.columns);
    this.#threshold?.place(this.#plot);
  };
  #range: TimeRange;
  #spec: ChartSpec;
  #preview: Window | undefined;
  /** Where the keyboard began to mark a window. */
  #anchorS: number | null = null;
  #threshold: ThresholdHandle | undefined;
  #stopGestures: () => void = () => {};
  #feed: ChartFeed | undefined;
  #plot: Plot | undefined;
  #stopFeedState: () => void = () => {};
  #endReading: (() => void) | undefined;
  #row: number | null = null;
  #hasKeys = false;
  #speakTimer: number | undefined;
  #hidden: ReadonlySet<number> = new Set();

  constructor(
    body: HTMLElement,
    spec: ChartSpec,
    { title, range, height }: ChartFrame,
    outputs: ChartOutputs,
  ) {
    this.#body = body;
    this.#title = title;
    this.#spec = spec;
    this.#range = range;
    this.#height = height;
    this.#outputs = outputs;
    this.#tooltip = new Tooltip(body);
    const visible = new IntersectionObserver(
      ([entry]) => (entry?.isIntersecting ? this.#show() : this.#hide()),
      { rootMargin: MARGIN },
    );
    visible.observe(body);
    const sized = new ResizeObserver(() => this.#plot?.resize({ width: body.clientWidth, height }));
    sized.observe(body);
    this.#observers.push(visible, sized);
    this.#stopTheme = effect(() => {
      void marked.value;
      if (colours.value && this.#happenings.value) this.#plot?.redraw();
    });
  }

  close(): void {
    for (const observer of this.#observers) observer.disconnect();
    this.#stopTheme();
    this.endKeys();
    this.#hide();
    this.#stopGestures();
    this.#threshold?.close();
    this.#plot?.destroy();
    this.#body.querySelector('.tooltip')?.remove();
  }

  /** Takes the functions of a new render; lines and units stay what they were, or there is a new controller. */
  update(spec: ChartSpec): void {
    this.#spec = spec;
    // The bound may have moved, and the value axis with it.
    if (spec.threshold) this.#draw();
    else this.#plot?.redraw();
  }

  /** Goes to another range; the picture stays until its values are there. */
  setRange(next: TimeRange): void {
    if (JSON.stringify(next) === JSON.stringify(this.#range)) return;
    this.#range = next;
    this.#preview = undefined;
    const before = this.#feed;
    if (!before) return;
    this.#hide();
    this.#show(before);
    this.#draw();
  }

  reload(): void {
    void this.#feed?.reload();
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.#plot?.canvas;
  }

  table(): Table {
    const names = this.#spec.lines.map((line) => line.name);
    return { times: this.#feed?.rows.times ?? [], names, columns: this.#feed?.rows.columns ?? [] };
  }

  setHidden(hidden: ReadonlySet<number>): void {
    this.#hidden = hidden;
    this.#plot?.setHidden(hidden);
    this.#draw();
  }

  #show(before?: ChartFeed): void {
    if (this.#feed) return;
    const feed = new ChartFeed(
      this.#spec.source,
      this.#range,
      (cause) => {
        // The numbers change each second, even while the picture waits for its turn; after those that draw now, which measure the page.
        queueMicrotask(() => {
          if (this.#row === null) this.#outputs.values(rowAt(feed, feed.rows.times.length - 1));
        });
        if (cause === 'frame') drawWithFrame(this.#draw);
        else drawSoon(this.#draw);
      },
      before,
    );
    this.#feed = feed;
    const { state } = feed;
    this.#stopFeedState = effect(() => {
      // The old picture stays while a chart that comes back into view loads again.
      if (state.value.kind !== 'loading' || !this.#plot) this.#outputs.state(state.value);
    });
  }

  #hide(): void {
    drawNever(this.#draw);
    this.#stopFeedState();
    this.#feed?.close();
    this.#feed = undefined;
    this.#leave();
  }

  #makePlot(): Plot {
    const { units, kind = 'lines', fromZero = false, bounds, lines } = this.#spec;
    const plot = new Plot(
      this.#body,
      { width: this.#body.clientWidth, height: this.#height },
      {
        units,
        kind,
        fromZero,
        ...(bounds ? { bounds } : {}),
        lines,
        window: () => this.#window,
        overlay: () => ({
          happenings: this.#happenings.peek(),
          noData: this.#spec.noData?.() ?? null,
          span: this.#span,
        }),
        ...(this.#spec.threshold ? { includes: this.#spec.threshold.value } : {}),
        onCursor: (row, left, top) => this.#onCursor(row, left, top),
        onZoom: (window) => setRange(rangeOf(window, nowS.peek())),
        onMark: (window) => mark({ ...window, chart: this.#title }),
      },
    );
    plot.over.addEventListener('mouseenter', () => {
      this.#endReading ??= beginReading();
    });
    plot.over.addEventListener('mouseleave', () => this.#leave());
    plot.over.addEventListener('dblclick', () => history.back());
    this.#stopGestures = attachGestures({
      over: plot.over,
      window: () => this.#window,
      takesWheel: () => this.#takesWheel(),
      preview: (window) => {
        this.#preview = window;
        this.#draw();
      },
      commit: (window) => setRange(rangeOf(window, nowS.peek())),
    });
    if (this.#spec.threshold)
      this.#threshold = new ThresholdHandle(this.#body, this.#spec.threshold, this.#spec.units);
    if (this.#hidden.size > 0) plot.setHidden(this.#hidden);
    return plot;
  }

  #leave(): void {
    if (this.#hasKeys) return;
    this.#row = null;
    this.#tooltip.hide();
    this.#endReading?.();
    this.#endReading = undefined;
  }

  get #window(): Window {
    return this.#preview ?? this.#feed?.window ?? { fromS: 0, toS: 1 };
  }

  /** What is marked: by the keyboard at the moment, or in the URL. */
  get #span(): Span | null {
    const atS = this.#row === null ? undefined : this.#feed?.rows.times[this.#row];
    if (this.#anchorS === null || atS === undefined) return marked.peek();
    return { fromS: Math.min(this.#anchorS, atS), toS: Math.max(this.#anchorS, atS) };
  }

  /** A chart that was clicked on, and any chart of a page that has nothing to scroll. */
  #takesWheel(): boolean {
    const { scrollHeight, clientHeight } = document.documentElement;
    return scrollHeight <= clientHeight || this.#body.parentElement === document.activeElement;
  }

  #onCursor(row: number | null, left: number, top: number): void {
    const feed = this.#feed;
    if (row === null || left < 0 || !feed) {
      this.#row = null;
      this.#tooltip.hide();
      if (feed) this.#outputs.values(rowAt(feed, feed.rows.times.length - 1));
      return;
    }
    this.#row = row;
    this.#outputs.values(rowAt(feed, row));
    if (this.#endReading) this.#showTooltip(row, left, top);
  }

  #showTooltip(row: number, left: number, top: number): void {
    const { lines, units } = this.#spec;
    const { times, columns } = this.#feed!.rows;
    const nearest = this.#plot!.nearest(row, top);
    const rows = lines.flatMap((line, index) => {
      if (this.#hidden.has(index)) return [];
      const value = columns[index]?.[row] ?? null;
      const text = formatValue(value, units);
      const isNearest = index === nearest && lines.length > 1;
      return [{ colour: line.colour(colours.peek()), name: line.name, text, value, isNearest }];
    });
    const notes = this.#notesAt(left);
    this.#tooltip.show(dateTimeText(times[row] ?? 0), rows, notes, this.#plot!.plotLeft + left);
  }

  /** What happened under the crosshair. */
  #notesAt(left: number): TooltipNote[] {
    const plot = this.#plot!;
    const [fromS, toS] = [plot.timeAt(left - NEAR_PX), plot.timeAt(left + NEAR_PX)];
    const near = this.#happenings.peek().filter(({ timeS }) => timeS >= fromS && timeS <= toS);
    const notes = near.slice(0, NOTES_MAX).map(({ kind, timeS, text }) => ({
      glyph: GLYPHS[kind],
      colour: colourOf(kind, colours.peek()),
      text: `${dateTimeText(timeS).slice(11)} ${text}`,
    }));
    const more = near.length - notes.length;
    return more === 0 ? notes : [...notes, { glyph: '', colour: '', text: `and ${more} more` }];
  }

  onKey(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const count = this.#feed?.rows.times.length ?? 0;
    const at = this.#row ?? count;
    const step = event.shiftKey ? 10 : 1;
    const rows: Readonly<Record<string, number>> = {
      ArrowLeft: at - step,
      ArrowRight: at + step,
      Home: 0,
      End: count - 1,
    };
    const row = rows[event.key];
    const middle =
      this.#row === null ? nowS.peek() : (this.#feed?.rows.times[this.#row] ?? nowS.peek());
    if (row !== undefined && count > 0) this.#readRow(Math.max(0, Math.min(count - 1, row)));
    else if (event.key === 'Escape') this.endKeys();
    else if (event.key === 'Enter' && this.#row !== null) this.#markHere();
    else if (event.key === '+') setRange(zoomed(this.#range, 0.5, middle, nowS.peek()));
    else if (event.key === '-') setRange(zoomed(this.#range, 2, middle, nowS.peek()));
    else if (event.key === '[') setRange(panned(this.#range, -0.5, nowS.peek()));
    else if (event.key === ']') setRange(panned(this.#range, 0.5, nowS.peek()));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The first time it says where a marked window begins, the second time where it ends. */
  #markHere(): void {
    const atS = this.#feed?.rows.times[this.#row!];
    if (atS === undefined) return;
    if (this.#anchorS === null) {
      this.#anchorS = atS;
      this.#outputs.speak(`marking from ${dateTimeText(atS)}; Enter again ends it`);
      return;
    }
    const fromS = this.#anchorS;
    this.#anchorS = null;
    mark({ fromS, toS: atS, chart: this.#title });
  }

  #readRow(row: number): void {
    this.#hasKeys = true;
    this.#endReading ??= beginReading();
    this.#plot?.showAt(row);
    if (this.#anchorS !== null) this.#plot?.redraw();
    clearTimeout(this.#speakTimer);
    this.#speakTimer = setTimeout(() => this.#outputs.speak(this.#sentence(row)), SPEAK_AFTER_MS);
  }

  /** `10:02:15 user 43 %, system 5 %` */
  #sentence(row: number): string {
    const { lines, units } = this.#spec;
    const { times, columns } = this.#feed!.rows;
    const values = lines.map((line, index) => {
      const value = columns[index]?.[row] ?? null;
      return `${line.name} ${value === null ? 'unknown' : formatValue(value, units)}`;
    });
    return `${dateTimeText(times[row] ?? 0)} ${values.join(', ')}`;
  }

  endKeys(): void {
    clearTimeout(this.#speakTimer);
    if (!this.#hasKeys) return;
    this.#hasKeys = false;
    this.#anchorS = null;
    this.#plot?.showAt(null);
    this.#leave();
  }
}

function rowAt({ rows }: ChartFeed, row: number): (number | null)[] {
  return rows.columns.map((column) => column[row] ?? null);
}
