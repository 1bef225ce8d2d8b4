/** The charts of a host page, made from its catalogue of series alone: no configuration, whatever the agents send. */
import type { SeriesInfo } from '../../wire/http.ts';
import { natural } from './rack-map.ts';

export interface LinePlan {
  /** `disk_read_bytes{device="sda"}` */
  readonly key: string;
  readonly metric: string;
  /** Within its chart: `read sda`. */
  readonly name: string;
  /** Constant capacity, drawn dashed above what moves. */
  readonly isCeiling: boolean;
}

export interface ChartPlan {
  /** Stable on its page, fit for a URL fragment. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly units: string;
  readonly kind: 'lines' | 'stack';
  readonly lines: readonly LinePlan[];
  /** Lines that were left out, so that the chart stays readable. */
  readonly omitted: number;
}

export interface ChartGroup {
  readonly name: string;
  readonly charts: readonly ChartPlan[];
}

/** Colours and the eye give out beyond this. */
const LINES_MAX = 12;
/** Directions of several devices stay together up to this; beyond it each direction gets its chart. */
const LINES_TOGETHER = 8;

/** Percentages that add up to the time of all processors, from the bottom of the stack up; idle is the space above them. */
const CPU_STACK = [
  'cpu_user',
  'cpu_nice',
  'cpu_system',
  'cpu_wio',
  'cpu_intr',
  'cpu_sintr',
  'cpu_steal',
  'cpu_guest',
];
const CPU_IDLE = ['cpu_idle', 'cpu_aidle'];

/** Words in a metric's name that tell the lines of one chart apart: without them `bytes_in` and `bytes_out` are both `bytes`. */
const LINE_WORDS = new Set(
  'in out rx tx read write reads writes recv sent received transmitted one five fifteen total free used available cached buffers shared run'.split(
    ' ',
  ),
);

/** The time of the agent's start: the page shows it as a state and an age. */
const HEARTBEAT = 'heartbeat';

const GROUP_ORDER = [
  'cpu',
  'load',
  'memory',
  'pressure',
  'disk',
  'filesystem',
  'network',
  'tcp',
  'process',
];

export function planCharts(series: readonly SeriesInfo[]): ChartGroup[] {
  const groups = new Map<string, SeriesInfo[]>();
  for (const one of series) {
    if (one.type === 'string' || one.metric === HEARTBEAT) continue;
    const name = one.group === '' ? 'other' : one.group;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, charts: chartsOf(name, members) }))
    .filter(({ charts }) => charts.length > 0)
    .sort((a, b) => rank(a.name) - rank(b.name) || natural(a.name, b.name));
}

function rank(group: string): number {
  const at = GROUP_ORDER.indexOf(group.toLowerCase());
  return at < 0 ? GROUP_ORDER.length : at;
}

function chartsOf(group: string, series: readonly SeriesInfo[]): ChartPlan[] {
  const stack = series.filter((one) => CPU_STACK.includes(one.key));
  const rest = series.filter(
    (one) => !stack.includes(one) && !(stack.length > 0 && CPU_IDLE.includes(one.key)),
  );
  const families = new Map<string, SeriesInfo[]>();
  for (const one of rest) {
    const family = [stemOf(one.metric), one.units, ...Object.keys(one.labels).sort()].join('\0');
    families.set(family, [...(families.get(family) ?? []), one]);
  }
  const charts = [...families.values()].flatMap((family) => familyCharts(group, family));
  return stack.length > 1 ? [stackChart(group, stack), ...charts] : charts;
}

function stackChart(group: string, series: readonly SeriesInfo[]): ChartPlan {
  const ordered = series.toSorted((a, b) => CPU_STACK.indexOf(a.key) - CPU_STACK.indexOf(b.key));
  return {
    id: idOf(group, 'cpu'),
    title: 'CPU time',
    description: 'Share of the time of all processors; the space above is idle.',
    units: '%',
    kind: 'stack',
    lines: ordered.map((one) => lineOf(one, one.metric.replace('cpu_', ''))),
    omitted: 0,
  };
}

/** One chart of the family, or one per metric when the lines are too many; none when nothing in it ever moves. */
function familyCharts(group: string, family: readonly SeriesInfo[]): ChartPlan[] {
  const moving = family.filter((one) => one.slope !== 'zero');
  if (moving.length === 0) return [];
  const metrics = [...new Set(moving.map((one) => one.metric))];
  const isLabelled = Object.keys(family[0]!.labels).length > 0;
  if (isLabelled && metrics.length > 1 && moving.length > LINES_TOGETHER)
    return metrics.map((metric) =>
      lineChart(
        group,
        moving.filter((one) => one.metric === metric),
      ),
    );
  const ceilings = family.filter((one) => one.slope === 'zero' && one.metric.endsWith('_total'));
  return [lineChart(group, isLabelled ? moving : [...moving, ...ceilings])];
}

function lineChart(group: string, series: readonly SeriesInfo[]): ChartPlan {
  const first = series[0]!;
  const metrics = [...new Set(series.map((one) => one.metric))];
  const sorted = series.toSorted((a, b) => natural(labelText(a), labelText(b)));
  // Of very many lines, those that matter now: the largest.
  const shown =
    series.length <= LINES_MAX
      ? sorted
      : sorted.toSorted((a, b) => size(b) - size(a)).slice(0, LINES_MAX);
  const stem = stemOf(first.metric);
  return {
    id: idOf(group, metrics.length > 1 ? stem : first.metric, ...Object.keys(first.labels)),
    title: metrics.length > 1 ? titleOf(stem) : first.title || titleOf(first.metric),
    description: metrics.length > 1 ? '' : first.description,
    units: first.units,
    kind: 'lines',
    lines: shown.map((one) => lineOf(one, lineName(one, metrics.length > 1))),
    omitted: series.length - shown.length,
  };
}

function size(series: SeriesInfo): number {
  return typeof series.value === 'number' ? Math.abs(series.value) : -1;
}

function lineOf(series: SeriesInfo, name: string): LinePlan {
  return { key: series.key, metric: series.metric, name, isCeiling: series.slope === 'zero' };
}

function lineName(series: SeriesInfo, bySeveralMetrics: boolean): string {
  const words = bySeveralMetrics ? lineWords(series.metric) : '';
  return [words, labelText(series)].filter((part) => part !== '').join(' ') || series.metric;
}

function labelText(series: SeriesInfo): string {
  return Object.keys(series.labels)
    .sort()
    .map((label) => series.labels[label])
    .join(' ');
}

function lineWords(metric: string): string {
  const words = metric.split('_');
  const telling = words.filter((word) => LINE_WORDS.has(word));
  return (telling.length > 0 ? telling : words).join(' ');
}

/** `disk_read_bytes` → `disk_bytes`, `disk_reads` → `disk_operations`; a name of nothing but such words stays whole. */
function stemOf(metric: string): string {
  const words = metric
    .split('_')
    .map((word) => (word === 'reads' || word === 'writes' ? 'operations' : word))
    .filter((word) => !LINE_WORDS.has(word));
  return words.length > 0 ? words.join('_') : metric;
}

const SPOKEN: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  mem: 'memory',
  pkts: 'packets',
  proc: 'processes',
  tcp: 'TCP',
  udp: 'UDP',
  io: 'I/O',
  ip: 'IP',
  fs: 'file system',
};

/** Better than the words of the names. */
const TITLES: Readonly<Record<string, string>> = {
  bytes: 'Network traffic',
  pkts: 'Network packets',
  disk: 'Disk space',
  fs: 'File systems',
  net_bytes: 'Traffic by interface',
  net_pkts: 'Packets by interface',
  net_errors: 'Errors by interface',
  net_drops: 'Drops by interface',
  page: 'Paging',
};

/** `disk_bytes` → `Disk bytes` */
export function titleOf(name: string): string {
  return TITLES[name] ?? spoken(name);
}

/** `tcp` → `TCP`, `mem_free` → `Memory free` */
export function spoken(name: string): string {
  const words = name.split('_').map((word) => SPOKEN[word] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function idOf(...parts: readonly string[]): string {
  return parts.join('-').replace(/[^\w-]+/g, '_');
}
