/** HOST and METRIC elements, in the order of attributes in which gmond and gmetad print them. */
import { type Metric, seriesKey } from '../../wire/metric.ts';
import type { LiveHost, LiveSeries } from '../hosts/host-table.ts';
import { attributes } from './xml-text.ts';

/** Whose XML: only gmetad tells the source of a metric, and the tags last. */
export type Dialect = 'gmond' | 'gmetad';

/** Seconds between two heartbeats of gmond: readers call a host down after four (gstat after three). */
const HOST_TMAX = 20;

const TYPES: Readonly<Record<Metric['type'], string>> = {
  float: 'float',
  double: 'double',
  int: 'int32',
  uint: 'uint32',
  hyper: 'double',
  uhyper: 'double',
  string: 'string',
};

/** gmond has these in HOST alone. */
const IN_HOST = new Set(['heartbeat', 'location']);

/** What does not change from one second to the next. */
interface FixedTexts {
  readonly name: string;
  readonly head: string;
  /** From TYPE to UNITS. */
  readonly middle: string;
  readonly tail: Readonly<Record<Dialect, string>>;
}

/** Hosts share their metrics' descriptions. */
const fixedTexts = new WeakMap<Metric, FixedTexts>();

/** @param nowS seconds since the epoch @param wanted name of the one metric that is wanted; `*` = all */
export function hostXml(
  host: LiveHost,
  { dialect, nowS, wanted }: { dialect: Dialect; nowS: number; wanted: string },
): string {
  const tn = Math.max(0, nowS - Math.floor(host.lastSeenMs / 1000));
  const lines = [hostHead(host, { dialect, nowS, tn })];
  for (const series of host.series) {
    const value = gangliaValue(series);
    if (value === undefined || IN_HOST.has(series.metric.name)) continue;
    const { name, head, middle, tail } = fixedTextsOf(series.metric);
    if (wanted === '*' || wanted === name) {
      lines.push(`${head}${attributes({ VAL: value })}${middle} TN="${tn}"${tail[dialect]}`);
    }
  }
  lines.push('</HOST>\n');
  return lines.join('');
}

function hostHead(
  host: LiveHost,
  { dialect, nowS, tn }: { dialect: Dialect; nowS: number; tn: number },
): string {
  const { facts, labels } = host;
  const TAGS = Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
  const who = { NAME: folderName(host.name), IP: facts['ganglia_address'] ?? host.address };
  const times = {
    REPORTED: nowS - tn,
    TN: tn,
    TMAX: HOST_TMAX,
    DMAX: 0,
    LOCATION: facts['ganglia_location'] ?? host.seriesByKey('location')?.text() ?? 'unspecified',
    GMOND_STARTED: facts['ganglia_started'] ?? Math.floor(host.bootMs / 1000),
  };
  const all = dialect === 'gmond' ? { ...who, TAGS, ...times } : { ...who, ...times, TAGS };
  return `<HOST${attributes(all)}>\n`;
}

/** gmetad makes a folder of a host's name, and does not look at it. */
export function folderName(name: string): string {
  return /^\.*$/.test(name) ? '_' : name.replaceAll('/', '_');
}

/** The value as VAL has it; undefined = unknown. gmetad keeps counters as whole numbers alone. */
function gangliaValue(series: LiveSeries): string | undefined {
  if (series.metric.type === 'string') return series.text();
  const value = series.value();
  if (!Number.isFinite(value)) return undefined;
  return series.metric.slope === 'positive' ? String(BigInt(Math.floor(value))) : String(value);
}

function fixedTextsOf(metric: Metric): FixedTexts {
  const known = fixedTexts.get(metric);
  if (known) return known;
  const { units: UNITS, tmax: TMAX, dmax: DMAX, slope: SLOPE } = metric;
  const name = nameOf(metric);
  const after = attributes({ TMAX, DMAX, SLOPE });
  const end = `>\n${extraData(metric)}</METRIC>\n`;
  const texts = {
    name,
    head: `<METRIC${attributes({ NAME: name })}`,
    middle: attributes({ TYPE: TYPES[metric.type], UNITS }),
    tail: { gmond: `${after}${end}`, gmetad: `${after} SOURCE="gmond"${end}` },
  };
  fixedTexts.set(metric, texts);
  return texts;
}

/** @returns the lines of EXTRA_DATA, its ends included */
export function extraData({ group, description, title }: Metric): string {
  const elements = [
    ['GROUP', group],
    ['DESC', description],
    ['TITLE', title],
  ].filter(([, text]) => text !== '');
  const lines = elements.map(
    ([NAME = '', VAL = '']) => `<EXTRA_ELEMENT${attributes({ NAME, VAL })}/>\n`,
  );
  return `<EXTRA_DATA>\n${lines.join('')}</EXTRA_DATA>\n`;
}

/** `disk_read_bytes_sda` for `disk_read_bytes{device="sda"}`: Ganglia has no labels, and makes a file of this name. */
export function gangliaName(metric: Metric): string {
  return fixedTextsOf(metric).name;
}

function nameOf({ name, labels }: Metric): string {
  const key = seriesKey(name, labels);
  if (key === name) return name;
  const values = Object.keys(labels)
    .sort()
    .map((label) => labels[label]?.replace(/[^A-Za-z0-9_.-]/g, '_'));
  return [name, ...values].join('_');
}
