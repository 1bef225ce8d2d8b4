/** What the page asks of the live stream, and how it finds the values in a frame (layout: wire/http.ts). */
import type { BAND_FIELDS, LiveRequest } from '../../wire/http.ts';

/** One part of the page that shows live values. */
export interface LiveWant {
  readonly metrics?: readonly string[];
  readonly series?: readonly { readonly host: string; readonly key: string }[];
  readonly bands?: readonly string[];
}

export type BandField = (typeof BAND_FIELDS)[number];

/** Values of a frame before those that were asked for: id and time. */
const FRAME_HEAD = 2;
/** In the order of BAND_FIELDS; a test compares them. */
export const BAND_ORDER: readonly BandField[] = ['p5', 'p50', 'p95', 'max', 'sum', 'count'];

/** The union of all wants in a stable order, so that an unchanged union is not sent again. */
export function mergeWants(id: number, wants: Iterable<LiveWant>): LiveRequest {
  const metrics = new Set<string>();
  const bands = new Set<string>();
  const series = new Map<string, { host: string; key: string }>();
  for (const want of wants) {
    for (const metric of want.metrics ?? []) metrics.add(metric);
    for (const band of want.bands ?? []) bands.add(band);
    for (const one of want.series ?? []) series.set(placeOf(one.host, one.key), one);
  }
  return {
    id,
    metrics: [...metrics].sort(),
    bands: [...bands].sort(),
    series: [...series.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
  };
}

/** Whether two requests ask for the same values. */
export function sameWants(a: LiveRequest, b: LiveRequest): boolean {
  return JSON.stringify({ ...a, id: 0 }) === JSON.stringify({ ...b, id: 0 });
}

/** Host names hold no NUL, so that the pair is unambiguous. */
function placeOf(host: string, key: string): string {
  return `${host}\0${key}`;
}

/** Reads the frames that answer one request under one layout. Keeps no frame: `read` points it at the next one. */
export class FrameReader {
  readonly #hosts: readonly string[];
  readonly #id: number;
  readonly #metricAt = new Map<string, number>();
  readonly #seriesAt = new Map<string, number>();
  readonly #bandAt = new Map<string, number>();
  readonly #length: number;
  #values = new Float64Array(0);

  constructor(request: LiveRequest, hosts: readonly string[]) {
    this.#id = request.id;
    this.#hosts = hosts;
    let at = FRAME_HEAD;
    for (const metric of request.metrics) {
      this.#metricAt.set(metric, at);
      at += hosts.length;
    }
    for (const { host, key } of request.series) this.#seriesAt.set(placeOf(host, key), at++);
    for (const band of request.bands) {
      this.#bandAt.set(band, at);
      at += BAND_ORDER.length;
    }
    this.#length = at;
  }

  get hosts(): readonly string[] {
    return this.#hosts;
  }

  /** @returns false when the frame answers another request or has another layout; then nothing has changed */
  read(frame: ArrayBuffer): boolean {
    if (frame.byteLength !== this.#length * 8) return false;
    const values = new Float64Array(frame);
    if (values[0] !== this.#id) return false;
    this.#values = values;
    return true;
  }

  get timeMs(): number {
    return this.#values[1] ?? 0;
  }

  /** One value per host in the order of `hosts`, NaN = unknown; undefined when the metric was not asked for. Valid until the next `read`. */
  metric(name: string): Float64Array | undefined {
    const at = this.#metricAt.get(name);
    return at === undefined ? undefined : this.#values.subarray(at, at + this.#hosts.length);
  }

  /** null = unknown or not asked for */
  series(host: string, key: string): number | null {
    return known(this.#values[this.#seriesAt.get(placeOf(host, key)) ?? -1]);
  }

  /** null = unknown or not asked for */
  band(metric: string, field: BandField): number | null {
    const at = this.#bandAt.get(metric);
    return at === undefined ? null : known(this.#values[at + BAND_ORDER.indexOf(field)]);
  }
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
