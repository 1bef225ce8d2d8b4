import { BAND_FIELDS, LIVE_FRAME_HEAD, type LiveRequest } from '../../../wire/http.ts';
import { seriesKey } from '../../../wire/metric.ts';
import type { HostTable, LiveSeries } from '../../hosts/host-table.ts';

/** What a page asks for, looked up once in the host table; good until a host or a series comes or goes. */
export class LivePlan {
  /** Names of the hosts, in the order of the frame. */
  readonly hosts: readonly string[];
  readonly #series: readonly (LiveSeries | undefined)[];

  constructor({ metrics, series, bands }: Omit<LiveRequest, 'id'>, table: HostTable) {
    const hosts = table.list();
    this.hosts = hosts.map((host) => host.name);
    this.#series = [
      ...metrics.flatMap((metric) => hosts.map((host) => host.seriesByKey(metric))),
      ...series.map(({ host, key }) => table.byName(host)?.seriesByKey(key)),
      ...bands.flatMap((metric) =>
        BAND_FIELDS.map((summary) => table.cluster.seriesByKey(seriesKey(metric, { summary }))),
      ),
    ];
  }

  get valueCount(): number {
    return this.#series.length;
  }

  /** A frame of the values of now, with 0 in the place of the request's id. */
  frame(timeMs: number): Float64Array {
    const frame = new Float64Array(LIVE_FRAME_HEAD + this.#series.length);
    frame[1] = timeMs;
    let at = LIVE_FRAME_HEAD;
    for (const series of this.#series) {
      frame[at] = series ? series.value() : Number.NaN;
      at += 1;
    }
    return frame;
  }
}
