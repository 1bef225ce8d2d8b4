/** Live values of all hosts under the lenses on screen, and the last minutes of one of them. */
import { signal } from '@preact/signals';
import { loadMetric } from '../../data/history.ts';
import { nowS, reconnects, subscribe } from '../../data/live.ts';
import { paused } from '../../data/pause.ts';
import { HostHistory } from '../../lib/host-history.ts';
import type { Lens } from '../../lib/lens.ts';
import type { FrameReader } from '../../lib/live-frame.ts';

/** Five minutes show a job starting and fit the width of a sparkline. */
export const HISTORY_SECONDS = 300;

export class HostValues {
  /** Grows with each frame that is to be seen: what draws values reads it. */
  readonly version = signal(0);
  readonly history = new HostHistory(HISTORY_SECONDS);
  /** True once the minutes before the page was opened are there. */
  hasPast = false;
  readonly #lenses: readonly Lens[];
  readonly #main: Lens;
  readonly #values = new Map<string, Float64Array>();
  readonly #indexOf = new Map<string, number>();
  readonly #stop: () => void;
  #hosts: readonly string[] = [];
  /** Reconnects at the time the past was asked for. */
  #filledAt = -1;

  /** @param main the lens whose history is kept */
  constructor(main: Lens, others: readonly Lens[]) {
    this.#main = main;
    this.#lenses = [...new Set([main, ...others])];
    const metrics = [...new Set(this.#lenses.flatMap((lens) => lens.metrics))];
    this.#stop = subscribe({ metrics }, (frame) => this.#take(frame));
  }

  close(): void {
    this.#stop();
  }

  /** NaN = unknown */
  value(lens: Lens, host: string): number {
    const index = this.#indexOf.get(host);
    return index === undefined ? Number.NaN : (this.#values.get(lens.id)?.[index] ?? Number.NaN);
  }

  #take(frame: FrameReader): void {
    if (frame.hosts !== this.#hosts) {
      this.#hosts = frame.hosts;
      this.#indexOf.clear();
      for (const [index, host] of frame.hosts.entries()) this.#indexOf.set(host, index);
    }
    for (const lens of this.#lenses) this.#compute(lens, frame);
    const main = this.#values.get(this.#main.id);
    if (main) this.history.append(Math.round(frame.timeMs / 1000), frame.hosts, main);
    if (this.#filledAt !== reconnects.peek()) {
      this.#filledAt = reconnects.peek();
      void this.#fill();
    }
    if (!paused.peek()) this.version.value += 1;
  }

  #compute(lens: Lens, frame: FrameReader): void {
    let out = this.#values.get(lens.id);
    if (out?.length !== frame.hosts.length) {
      out = new Float64Array(frame.hosts.length);
      this.#values.set(lens.id, out);
    }
    const columns = lens.metrics.map((metric) => frame.metric(metric));
    const parts = new Array<number>(columns.length);
    for (let host = 0; host < out.length; host++) {
      for (let part = 0; part < parts.length; part++)
        parts[part] = columns[part]?.[host] ?? Number.NaN;
      out[host] = lens.value(parts);
    }
  }

  /** The minutes before the page was opened, or those without a connection. A failure leaves the lines to grow from now on; the charts say what is wrong. */
  async #fill(): Promise<void> {
    const toS = nowS.peek();
    const window = { fromS: toS - HISTORY_SECONDS, toS };
    const ranges = await Promise.all(
      this.#main.metrics.map((metric) => loadMetric(metric, window, { points: HISTORY_SECONDS })),
    ).catch(() => []);
    const [first] = ranges;
    if (!first) return;
    const others = ranges
      .slice(1)
      .map((range) => new Map(range.series.map((rows) => [rows.host, rows])));
    for (const rows of first.series) {
      const values = rows.average.map((value, row) =>
        this.#main.value([
          value ?? Number.NaN,
          ...others.map((byHost) => byHost.get(rows.host)?.average[row] ?? Number.NaN),
        ]),
      );
      this.history.fill(rows.host, first.startS, first.stepSeconds, values);
    }
    this.hasPast = true;
    this.version.value += 1;
  }
}
