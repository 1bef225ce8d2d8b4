/**
 * What the main thread and the query threads see of the hosts: a table that the ingest thread keeps up to date. Values are read
 * straight out of memory that is shared with it, so reading is cheap and never waits; nothing here can be changed by a reader.
 */
import type { EventInfo, HostState, IngestStatus, Problem } from '../../wire/http.ts';
import type { Labels, Metric } from '../../wire/metric.ts';
import type { Arrivals } from './arrivals.ts';

export interface HostTable {
  /** All hosts that were ever seen and not retired, in order of their names; without the cluster's pseudo-host. */
  list(): readonly LiveHost[];
  byName(name: string): LiveHost | undefined;
  byNumber(number: number): LiveHost | undefined;
  /** @param id 32 hexadecimal digits, as in `LiveHost.id` */
  byId(id: string): LiveHost | undefined;
  /**
   * Pseudo-host number 0: for each unlabelled numeric metric the series `load_one{summary="p5"}`, and so on for each of
   * `BAND_FIELDS` in wire/http.ts, over all hosts that are up.
   */
  readonly cluster: LiveHost;
  /**
   * The newest second (since the epoch) whose samples have arrived from every host that is going to; the live values are those
   * of this second or later. 0 before the first.
   */
  readonly second: number;
  /** Tells whether samples have come for one of the last seconds since. */
  readonly arrivals: Pick<Arrivals, 'newest'>;
  /** Counters since the start of the ingest thread. */
  readonly ingest: IngestStatus;
  /** What the ingest thread and the store cannot do at present, such as write to a full disk. */
  readonly problems: readonly Problem[];
  /** Calls `listener` after each change; the result ends that. */
  subscribe(listener: (change: HostChange) => void): () => void;
}

export interface LiveHost {
  /** The agent's id: 32 hexadecimal digits. */
  readonly id: string;
  /** Small, from 1 (0 is the cluster); stays with the host over restarts. */
  readonly number: number;
  /** Unique: a second machine of the same name is shown as `name-<first digits of its id>`. */
  readonly name: string;
  readonly state: HostState;
  /** From which the last datagram came, without the port. */
  readonly address: string;
  readonly labels: Labels;
  readonly facts: Labels;
  /** Milliseconds since the epoch of the agent's start, as it says itself. */
  readonly bootMs: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** The host's clock minus the collector's; positive = the host is ahead. */
  readonly clockOffsetMs: number;
  /** Series that the host has now, in the order in which they were first seen. */
  readonly series: readonly LiveSeries[];
  /** @param key as `seriesKey` in wire/metric.ts gives it: `load_one`, `disk_read_bytes{device="sda"}` */
  seriesByKey(key: string): LiveSeries | undefined;
  /** A series by its id, also one that the host no longer has but that its archives may still hold. */
  seriesById(id: number): LiveSeries | undefined;
  /** Every series that the archives may hold, those of now included; the others have no values in memory. */
  allSeries(): readonly LiveSeries[];
}

export interface SeriesIdentity {
  /** Unique on its host, from 0; stays with the series over restarts. */
  readonly id: number;
  readonly key: string;
  readonly metric: Metric;
}

export interface LiveSeries extends SeriesIdentity {
  readonly host: LiveHost;
  /** The value of the host's newest second; NaN = unknown, and for text. A host that is not up has no values. */
  value(): number;
  /** The same for metrics of type `string`; undefined = unknown. */
  text(): string | undefined;
  /** When the series last had a known value in the last three minutes, milliseconds since the epoch; undefined = not. */
  timeMs(): number | undefined;
  /**
   * The value of one second out of the last three minutes, also while the host is down.
   * @param second seconds since the epoch
   * @returns NaN = unknown or no longer in memory (the archives have it then)
   */
  at(second: number): number;
}

export type HostChange =
  | { readonly kind: 'host-added'; readonly host: LiveHost }
  /** Name, labels, facts, address or boot are different. */
  | { readonly kind: 'host-changed'; readonly host: LiveHost }
  | { readonly kind: 'series-changed'; readonly host: LiveHost }
  | { readonly kind: 'state'; readonly host: LiveHost; readonly previous: HostState }
  /** The host is retired: its number will not come back. */
  | { readonly kind: 'host-removed'; readonly host: LiveHost }
  | { readonly kind: 'event'; readonly event: EventInfo }
  /** Once a second, when the samples of `second` are in: the moment to draw and to evaluate rules. */
  | { readonly kind: 'second'; readonly second: number };
