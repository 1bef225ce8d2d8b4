/** A metric: what one series measures. The words and their meaning are Ganglia's. */

export const VALUE_TYPES = ['float', 'double', 'int', 'uint', 'hyper', 'uhyper', 'string'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** How a value moves: `positive` only grows (a counter), `both` goes up and down, `zero` does not change while the host is up. */
export const SLOPES = ['zero', 'positive', 'negative', 'both', 'unspecified'] as const;
export type Slope = (typeof SLOPES)[number];

export type Labels = Readonly<Record<string, string>>;

export interface Metric {
  /** `load_one`: a letter or `_`, then letters, digits, `_` and `:`. */
  readonly name: string;
  readonly type: ValueType;
  /** `%`, `KB`, `bytes/sec`…; empty for a plain number. */
  readonly units: string;
  readonly slope: Slope;
  /** Seconds: the longest time between two values of a host that is well. */
  readonly tmax: number;
  /** Seconds after which a silent series is dropped from the live table; 0 = never. */
  readonly dmax: number;
  readonly group: string;
  readonly title: string;
  readonly description: string;
  /** What tells the series of one metric on one host apart, such as `device="sda"`. */
  readonly labels: Labels;
}

/** Limits of what is accepted from the network and from `metric send`; bytes of UTF-8 for text. */
export const LIMITS = {
  hostName: 253,
  metricName: 128,
  units: 32,
  group: 64,
  title: 128,
  description: 512,
  labelName: 64,
  labelValue: 256,
  labels: 16,
  factName: 64,
  factValue: 1024,
  facts: 512,
  stringValue: 256,
  metricsPerHost: 16_384,
} as const;

const METRIC_NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** True for names that PromQL can select without quoting. */
export function isMetricName(text: string): boolean {
  return text.length <= LIMITS.metricName && METRIC_NAME.test(text);
}

export function isLabelName(text: string): boolean {
  return text.length <= LIMITS.labelName && LABEL_NAME.test(text);
}

/** `disk_read_bytes{device="sda"}`: the one text by which a series is known on its host; labels in order of their names. */
export function seriesKey(name: string, labels: Labels): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return name;
  return `${name}{${names.map((label) => `${label}=${JSON.stringify(labels[label])}`).join(',')}}`;
}
