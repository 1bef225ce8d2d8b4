/** JSON of the HTTP API and the frames of the live stream (docs/api.md). Times in `…Ms` are milliseconds since the epoch. */
import type { Labels, Slope, ValueType } from './metric.ts';

/** `up`: heard from in time; `down`: silent for more than 4 × tmax of its heartbeat; `stopped`: it said BYE. */
export type HostState = 'up' | 'down' | 'stopped';

export interface HostSummary {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Of the collector's host table; stays with the host. */
  readonly number: number;
  readonly name: string;
  readonly state: HostState;
  readonly address: string;
  readonly labels: Labels;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Host's clock minus collector's; positive = the host is ahead. */
  readonly clockOffsetMs: number;
  readonly seriesCount: number;
}

/** GET /api/hosts */
export interface HostList {
  readonly nowMs: number;
  readonly hosts: readonly HostSummary[];
}

export interface SeriesInfo {
  /** `disk_read_bytes{device="sda"}` */
  readonly key: string;
  readonly metric: string;
  readonly labels: Labels;
  readonly type: ValueType;
  readonly units: string;
  readonly slope: Slope;
  readonly tmax: number;
  readonly dmax: number;
  readonly group: string;
  readonly title: string;
  readonly description: string;
  /** null = unknown */
  readonly value: number | string | null;
  /** Of the value; null when there never was one. */
  readonly timeMs: number | null;
}

/** GET /api/hosts/:name */
export interface HostDetail extends HostSummary {
  readonly nowMs: number;
  readonly facts: Labels;
  readonly bootMs: number;
  readonly series: readonly SeriesInfo[];
}

/** One metric over all hosts. GET /api/metrics */
export interface MetricInfo {
  readonly name: string;
  readonly type: ValueType;
  readonly slope: Slope;
  readonly units: string;
  readonly group: string;
  readonly title: string;
  readonly description: string;
  readonly hostCount: number;
  /** Names of the labels that its series carry besides the host. */
  readonly labelNames: readonly string[];
}

/** Newest value of a series of texts, which no query can give. GET /api/texts?metric=NAME */
export interface TextValue {
  readonly host: string;
  /** Those of the host and of the series. */
  readonly labels: Labels;
  readonly value: string;
}

/**
 * GET /api/series?host=…&metric=…&label.device=sda&from=…&to=…&points=…&only=average
 * `host` and `metric` may be repeated; without `host` it is every host. The range is answered from the finest archive that gives at most
 * about `points` rows. All series of one answer come from one archive; `only=average` leaves `min` and `max` empty.
 */
export interface SeriesRange {
  /** Seconds between rows. */
  readonly stepSeconds: number;
  /** `1s`, `10s`, `5m`, `1h`: the archive that was read. */
  readonly archive: string;
  /** Seconds since the epoch of the first row; row i covers [startS + i × step, startS + (i + 1) × step). */
  readonly startS: number;
  readonly series: readonly SeriesRows[];
}

export interface SeriesRows {
  readonly host: string;
  readonly metric: string;
  readonly labels: Labels;
  readonly units: string;
  /** null = unknown */
  readonly average: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** How the values of one metric spread over all hosts. GET /api/bands?metric=…&from=…&to=…&points=… */
export interface BandRange {
  readonly stepSeconds: number;
  readonly archive: string;
  readonly startS: number;
  readonly metric: string;
  readonly units: string;
  readonly p5: readonly (number | null)[];
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly sum: readonly (number | null)[];
  readonly count: readonly (number | null)[];
}

export type AlertState = 'pending' | 'firing' | 'resolved' | 'nodata';
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** GET /api/rules, POST /api/rules */
export interface RuleInfo {
  readonly name: string;
  /** Where it is changed: `added` by command or page, `built in`, or the path of its file. */
  readonly origin: string;
  /** PromQL: `load_one > 8` */
  readonly expr: string;
  readonly forSeconds: number;
  readonly severity: Severity;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly error: string | null;
}

export interface NewRule {
  /** Made of the expression where it is missing: load_one_above_8. */
  readonly name?: string;
  readonly expr: string;
  readonly forSeconds?: number;
  readonly severity?: Severity;
  /** What people read; a template: `{{ $labels.host }} has a load of {{ $value }}`. */
  readonly summary?: string;
  /** Hysteresis: once it fires it clears only when this holds. */
  readonly resolve?: string;
  /** When its data vanishes; `keep` unless told. */
  readonly onMissing?: 'keep' | 'resolve' | 'fire';
}

/** GET /api/alerts */
export interface AlertInfo {
  readonly rule: string;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly labels: Labels;
  readonly value: number | null;
  readonly activeAtMs: number;
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
}

/** What GET /api/alerts gives of each alert. */
export interface AlertDetail extends AlertInfo {
  /** 16 hexadecimal digits: by it an alert is acknowledged. */
  readonly fingerprint: string;
  readonly annotations: Labels;
  /** Names of the receivers that it is routed to. */
  readonly receivers: readonly string[];
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[];
  /** Names of time intervals, and why its host is held back, such as its installation. */
  readonly mutedBy: readonly string[];
  readonly acknowledged: {
    readonly byWhom: string;
    readonly comment: string;
    readonly untilMs: number;
  } | null;
}

/** GET /api/alerts/history?rule=…&from=…&to=… */
export interface AlertTransition {
  readonly timeMs: number;
  readonly rule: string;
  readonly labels: Labels;
  /** What it became; `gone` = it was pending and its condition became false, or its rule or host is gone. */
  readonly state: 'pending' | 'firing' | 'nodata' | 'inactive' | 'gone';
  readonly value: number | null;
}

/** POST /api/alerts/backtest: what rules would have done. */
export interface BacktestReport {
  readonly fromMs: number;
  readonly toMs: number;
  /** Between evaluations. */
  readonly stepSeconds: number;
  readonly rules: readonly RuleBacktestJson[];
  /** With `notify: 'dry-run'`: what would have been sent with the routing of now, the oldest first. */
  readonly notifications?: readonly DryRunNotification[];
}

export interface DryRunNotification {
  readonly timeMs: number;
  readonly receiver: string;
  readonly groupKey: string;
  /** Why it would have been sent, in Alertmanager's words. */
  readonly reason: string;
  /** How many alerts it would have told. */
  readonly firing: number;
  readonly resolved: number;
}

export interface RuleBacktestJson {
  readonly rule: string;
  /** Its label `severity`, by which rules of one name differ; null = it has none. */
  readonly severity: string | null;
  readonly expr: string;
  readonly forSeconds: number;
  readonly fires: number;
  readonly hosts: number;
  readonly firingSeconds: number;
  readonly longestSeconds: number;
  /** Firings that were over within two minutes. */
  readonly flaps: number;
  /** How often it would have fired with another `for`. */
  readonly otherFor: readonly { readonly forSeconds: number; readonly fires: number }[];
  readonly alerts: readonly AlertBacktestJson[];
  readonly error: string | null;
}

export interface AlertBacktestJson {
  readonly labels: Labels;
  /** `toMs` null = it still fired at the end. */
  readonly firings: readonly { readonly fromMs: number; readonly toMs: number | null }[];
  readonly firingSeconds: number;
  readonly lastState: 'inactive' | 'pending' | 'firing' | 'nodata';
  readonly lastValue: number | null;
}

/** GET /api/alerts/explain?rule=…&host=…&at=… */
export interface AlertExplanation {
  readonly rule: string;
  readonly atMs: number;
  readonly parts: readonly ExplainedPart[];
  /** The hour before. */
  readonly timeline: RuleBacktestJson;
  /** What is decided about its alerts at present. */
  readonly handling: readonly AlertDetail[];
  /** What was decided about those that were pending or fired at `atMs`. */
  readonly decisions: readonly AlertDecision[];
}

/** Why an alert was told or not at one time, with the routing of now. */
export interface AlertDecision {
  readonly labels: Labels;
  readonly state: 'pending' | 'firing' | 'nodata';
  /** Routes that take it, as group keys write them. */
  readonly routes: readonly { readonly route: string; readonly receiver: string }[];
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Alerts of the appliance's own rules and, at present, of others: by their labels. */
  readonly inhibitedBy: readonly Labels[];
  /** Names of time intervals; at present also why its host is held back. */
  readonly mutedBy: readonly string[];
  /** Who was told of its group in the hour before, the oldest first. */
  readonly told: readonly {
    readonly timeMs: number;
    readonly channel: string;
    readonly reason: string;
    readonly outcome: string;
  }[];
}

/** One sub-expression with its value; `depth` 0 is the whole. */
export interface ExplainedPart {
  readonly depth: number;
  readonly expr: string;
  readonly values: readonly { readonly labels: Labels; readonly value: number | null }[];
  /** How many there are; `values` has the first of them. */
  readonly count: number;
  readonly error: string | null;
}

/** GET /api/changes?host=…&from=…&to=…&limit=…: what is different in the window from the four windows before it. */
export interface ChangeList {
  readonly archive: string;
  /** The most different first. */
  readonly changes: readonly ChangedSeries[];
}

export interface ChangedSeries {
  readonly key: string;
  readonly metric: string;
  readonly labels: Labels;
  readonly units: string;
  readonly title: string;
  /** Kolmogorov–Smirnov: 0 = values spread as before, 1 = none lies where they lay. */
  readonly distance: number;
  readonly medianBefore: number;
  readonly medianWithin: number;
}

/** GET /api/events?host=…&from=…&to=…: ticks on the charts. */
export interface EventInfo {
  readonly timeMs: number;
  readonly host: string;
  readonly kind: string;
  readonly text: string;
  readonly labels: Labels;
}

/** GET /api/status: how the appliance itself does. */
export interface ApplianceStatus {
  readonly version: string;
  readonly nowMs: number;
  readonly startedMs: number;
  /** Of the machine that the appliance runs on, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** What a person should do something about, such as a full disk; empty when all is well. */
  readonly problems: readonly Problem[];
  readonly ingest: IngestStatus;
  readonly store: StoreStatus;
}

/** How one channel of a receiver took a test; `error` is null when it accepted. */
export interface ChannelTest {
  /** `oncall/email[0]` */
  readonly integration: string;
  readonly error: string | null;
  /** What to do about the error, where that is known. */
  readonly advice: string | null;
}

export interface Problem {
  readonly code: string;
  readonly text: string;
  readonly sinceMs: number;
}

/** Values counted by size. */
export interface Histogram {
  /** Upper limits of the buckets, inclusive, ascending. */
  readonly bounds: readonly number[];
  /** Of each bucket alone; one more than bounds, for what is above the last of them. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface IngestStatus {
  readonly datagrams: number;
  readonly samples: number;
  readonly backfilled: number;
  /** Datagrams that were not accepted, by reason (docs/errors.md). */
  readonly rejected: Readonly<Record<string, number>>;
  /** Datagrams that the kernel dropped because the receive buffer was full. */
  readonly kernelDrops: number;
  /** Samples that are missing and still asked for. */
  readonly gaps: number;
  /** How long after the begin of their second datagrams of samples were taken in. */
  readonly lagSeconds: Histogram;
}

export interface StoreStatus {
  readonly fileBytes: number;
  /** What the file will grow to with the hosts and series of now. */
  readonly plannedBytes: number;
  readonly archives: readonly {
    readonly name: string;
    readonly stepSeconds: number;
    readonly keepSeconds: number;
  }[];
  /** False while the disk is full or failing: samples are kept in memory. */
  readonly writable: boolean;
}

/** Every error of the API. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
}

/** `server.json` in the data folder: how its owner's programs reach the running collector. */
export interface ServerFile {
  /** `http://127.0.0.1:8640` */
  readonly url: string;
  /** For `Authorization: Bearer`; good until the collector ends. */
  readonly token: string;
  readonly pid: number;
}

/* The live stream: WebSocket /api/live. The page says what it shows; the server answers with one layout and then one frame a second. */

/** Page → server, as JSON text; replaces what was asked before. */
export interface LiveRequest {
  /** Chosen by the page, comes back in layout and frames, so that a late frame of an older request is told apart. */
  readonly id: number;
  /** One metric without labels of every host: the cells of the overview. */
  readonly metrics: readonly string[];
  /** Single series, in the order in which the frame carries them. */
  readonly series: readonly { readonly host: string; readonly key: string }[];
  /** Metrics whose spread over all hosts (p5, p50, p95, max, sum, count) is wanted. */
  readonly bands: readonly string[];
}

/** Server → page, as JSON text. A layout comes again when a host appears or a series changes its place. */
export type LiveMessage =
  | { readonly kind: 'layout'; readonly id: number; readonly hosts: readonly string[] }
  /** The request was refused; the previous one goes on. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  /** All hosts at the start, then those that changed. */
  | { readonly kind: 'hosts'; readonly hosts: readonly HostSummary[] }
  | { readonly kind: 'hosts-removed'; readonly ids: readonly string[] }
  | { readonly kind: 'alerts'; readonly alerts: readonly AlertInfo[] }
  | { readonly kind: 'event'; readonly event: EventInfo }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Server → page, binary, little-endian: `f64 id`, `f64 timeMs`, then f64 values, NaN = unknown: for each of `metrics` one value per host
 * of the layout, then one per `series`, then six per band in the order p5, p50, p95, max, sum, count.
 */
export const LIVE_FRAME_HEAD = 2;
export const BAND_FIELDS = ['p5', 'p50', 'p95', 'max', 'sum', 'count'] as const;
