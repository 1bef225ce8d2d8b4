/** Keeps the rows of one visible chart: history for the range on screen, then live rows, loaded again when that is not enough. */
import { effect, signal } from '@preact/signals';
import { isUnreachable, messageOf } from '../data/api.ts';
import type { Rows, Window } from '../data/history.ts';
import { clockReady, nowS, reconnects, subscribe } from '../data/live.ts';
import { paused } from '../data/pause.ts';
import type { FrameReader, LiveWant } from '../lib/live-frame.ts';
import { rangeBounds, type TimeRange } from '../lib/time-range.ts';
import { TimeWindow } from '../lib/time-window.ts';

/** Where the columns of a chart come from. */
export interface ChartSource {
  readonly columnCount: number;
  load(window: Window): Promise<Rows>;
  /** Path of the server's own picture of the same. */
  svg?(window: Window): string;
  /** How the rows go on; without it a moving range is loaded again now and then. */
  readonly live?: {
    readonly want: LiveWant;
    value(frame: FrameReader, column: number): number | null;
  };
  /** How the rows go on where the live stream does not carry them; the result ends it. */
  stream?(onRow: (timeS: number, values: (number | null)[]) => void): () => void;
}

/** A live frame that moved the rows on by a second, or anything else. */
export type ChangeCause = 'frame' | 'other';

export type FeedState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'data' };

/** Live rows that wait while the chart stands still; after more, the range is loaded again. */
const WAITING_MAX = 900;
const RELOAD_SECONDS_MIN = 20;
/** Rows a little coarser than those of a stream go on by its rows: nobody sees the difference. */
const STREAMED_STEP_MAX = 5;

export class ChartFeed {
  readonly state = signal<FeedState>({ kind: 'loading' });
  readonly rows: TimeWindow;
  readonly #source: ChartSource;
  readonly #range: TimeRange;
  readonly #onChange: (cause: ChangeCause) => void;
  readonly #stops: (() => void)[] = [];
  #waiting: { timeS: number; values: (number | null)[] }[] = [];
  #window: Window = { fromS: 0, toS: 0 };
  #reloadAtS = Number.POSITIVE_INFINITY;
  #load = 0;
  /** The rows are those of another range, until the first answer. */
  #isBorrowed = false;

  /**
   * Loads at once; `onChange` is called whenever `rows`, `window` or `state` are not what they were.
   * @param before the feed of the range that was shown until now, closed: its rows are shown until those of the new range are there
   */
  constructor(
    source: ChartSource,
    range: TimeRange,
    onChange: (cause: ChangeCause) => void,
    before?: ChartFeed,
  ) {
    this.#source = source;
    this.#range = range;
    this.#onChange = onChange;
    this.rows = before?.rows ?? new TimeWindow(source.columnCount);
    if (before?.state.peek().kind === 'data') {
      this.#isBorrowed = true;
      this.state.value = { kind: 'data' };
      this.#window = rangeBounds(range, nowS.peek());
    }
    this.#start();
  }

  /** What the time axis shows. */
  get window(): Window {
    return this.#window;
  }

  close(): void {
    this.#load += 1;
    for (const stop of this.#stops) stop();
  }

  async reload(): Promise<void> {
    const load = ++this.#load;
    await clockReady;
    if (load !== this.#load) return;
    const window = rangeBounds(this.#range, nowS.peek());
    try {
      const { startS, stepSeconds, columns } = await this.#source.load(window);
      if (load !== this.#load) return;
      if (this.#isBorrowed) this.rows.clear();
      this.#isBorrowed = false;
      this.rows.load(startS, stepSeconds, columns);
      this.#window = window;
      this.#reloadAtS = this.#nextLoad(stepSeconds);
      this.#settle();
    } catch (error) {
      if (load !== this.#load) return;
      this.#reloadAtS = nowS.peek() + RELOAD_SECONDS_MIN;
      if (isUnreachable(error) && this.state.peek().kind === 'data') return;
      this.state.value = {
        kind: 'error',
        message: messageOf(error),
      };
    }
    this.#onChange('other');
  }

  #start(): void {
    void this.reload();
    if (this.#range.kind === 'fixed') return;
    const { live } = this.#source;
    this.#stops.push(subscribe(live?.want ?? {}, (frame) => this.#onFrame(frame)));
    const stop = this.#source.stream?.((timeS, values) => {
      this.#waiting.push({ timeS, values });
      if (!paused.peek()) this.#flush('other');
    });
    if (stop) this.#stops.push(stop);
    let seen = reconnects.peek();
    this.#stops.push(
      effect(() => {
        if (reconnects.value === seen) return;
        seen = reconnects.value;
        void this.reload();
      }),
      effect(() => {
        if (!paused.value) this.#flush('other');
      }),
    );
  }

  /** Rows of one second go on by themselves; coarser ones are read again when a few more of them are complete. */
  #nextLoad(stepSeconds: number): number {
    if (this.#range.kind === 'fixed') return Number.POSITIVE_INFINITY;
    if (this.#source.live && stepSeconds === 1) return Number.POSITIVE_INFINITY;
    if (this.#source.stream && stepSeconds <= STREAMED_STEP_MAX) return Number.POSITIVE_INFINITY;
    return nowS.peek() + Math.max(RELOAD_SECONDS_MIN, 6 * stepSeconds);
  }

  #onFrame(frame: FrameReader): void {
    const { live, columnCount } = this.#source;
    const timeS = Math.round(frame.timeMs / 1000);
    if (live) {
      const values = Array.from({ length: columnCount }, (_, column) => live.value(frame, column));
      this.#waiting.push({ timeS, values });
    }
    if (this.#waiting.length > WAITING_MAX) this.#reloadAtS = 0;
    if (paused.peek()) return;
    if (!this.#source.stream) this.#flush('frame');
    if (timeS >= this.#reloadAtS) {
      this.#reloadAtS = Number.POSITIVE_INFINITY;
      void this.reload();
    }
  }

  #flush(cause: ChangeCause): void {
    // The first answer of the archive comes before any live row, or the chart would show a lone dot.
    if (this.#isBorrowed || this.state.peek().kind === 'loading' || this.#window.toS === 0) return;
    for (const { timeS, values } of this.#waiting)
      this.rows.append(timeS, (column) => values[column] ?? null);
    this.#waiting = [];
    this.#window = rangeBounds(this.#range, nowS.peek());
    this.rows.dropBefore(this.#window.fromS);
    if (this.state.peek().kind !== 'error') this.#settle();
    this.#onChange(cause);
  }

  #settle(): void {
    const hasValue = this.rows.columns.some((column) => column.some((value) => value !== null));
    const kind = hasValue ? 'data' : 'empty';
    if (this.state.peek().kind !== kind) this.state.value = { kind };
  }
}
