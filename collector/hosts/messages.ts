/** What the ingest thread tells the others about hosts. Each port gets everything that exists first, then every change. */
import type { EventInfo, HostState, IngestStatus, Problem } from '../../wire/http.ts';
import type { Labels, Metric } from '../../wire/metric.ts';
import type { RowShape } from './host-rows.ts';

/** A host without what changes on every datagram, which is in `HostStates`. */
export interface HostRecord {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly labels: Labels;
  readonly facts: Labels;
  readonly bootMs: number;
  readonly firstSeenMs: number;
}

/** The series of a host and where their values are. */
export interface SeriesRecord {
  readonly number: number;
  /** By series id: number of the metric. */
  readonly metrics: readonly number[];
  /** By series id: slot in the rows, or -1 for a series that has none. */
  readonly slots: readonly number[];
  /** Ids of the series that the host has now. */
  readonly live: readonly number[];
  /** Memory and shape of `HostRows`. */
  readonly rows: SharedArrayBuffer;
  readonly shape: RowShape;
}

export type HostMessage =
  | {
      readonly kind: 'states';
      readonly memory: SharedArrayBuffer;
      /** Of `Arrivals`. */
      readonly arrivals: SharedArrayBuffer;
    }
  /** Metrics are told once; `first` is the number of `metrics[0]`. */
  | { readonly kind: 'metrics'; readonly first: number; readonly metrics: readonly Metric[] }
  | { readonly kind: 'host'; readonly host: HostRecord }
  | { readonly kind: 'series'; readonly series: SeriesRecord }
  | {
      readonly kind: 'text';
      readonly number: number;
      readonly series: number;
      readonly text: string | undefined;
    }
  | { readonly kind: 'state'; readonly number: number; readonly previous: HostState }
  | { readonly kind: 'removed'; readonly number: number }
  | { readonly kind: 'event'; readonly event: EventInfo }
  | {
      readonly kind: 'second';
      readonly second: number;
      readonly ingest: IngestStatus;
      readonly problems: readonly Problem[];
    };
