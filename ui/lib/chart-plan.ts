/** The charts of a host page, made from its catalogue of series alone: no configuration, whatever the agents send. */
import type { SeriesInfo } from '../../wire/http.ts';
import type { Labels } from '../../wire/metric.ts';
import { type Measure, measureOf, QUANTILES } from './counted.ts';
import { lineWords, stemOf, titleOf } from './metric-words.ts';
import { own } from './own.ts';
import { natural } from './rack-map.ts';

export interface LinePlan {
  /** `disk_read_bytes{device="sda"}` */
  readonly key: string;
  readonly metric: string;
  readonly labels: Labels;
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
  readonly measure: Measure;
  /** The longest time between two values of its series. */
  readonly tmaxSeconds: number;
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
    const members = groups.get(name);
    if (members) members.push(one);
    else groups.set(name, [one]);
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
    const family = familyOf(one);
    const members = families.get(family);
    if (members) members.push(one);
    else families.set(family, [one]);
  }
  const charts = [...families.values()].flatMap((family) => familyCharts(group, family));
  return stack.length > 1 ? [stackChart(group, stack), ...charts] : charts;
}

/** Series that one chart can show together. */
function familyOf(one: SeriesInfo): string {
  const labels = Object.keys(one.labels).sort();
  return [stemOf(one.metric), one.units, measureOf(one), ...labels].join('\0');
}

function stackChart(group: string, series: readonly SeriesInfo[]): ChartPlan {
  const ordered = series.toSorted((a, b) => CPU_STACK.indexOf(a.key) - CPU_STACK.indexOf(b.key));
  return {
    id: idOf(group, 'cpu'),
    title: 'CPU time',
    description: 'Share of the time of all processors; the space above is idle.',
    units: '%',
    kind: 'stack',
    measure: 'values',
    tmaxSeconds: longest(ordered),
    lines: ordered.map((one) => lineOf(one, one.metric.replace('cpu_', ''))),
    omitted: 0,
  };
}

/** One chart of the family, or one per metric when the lines are too many; none when nothing in it ever moves. */
function familyCharts(group: string, family: readonly SeriesInfo[]): ChartPlan[] {
  const moving = family.filter((one) => one.slope !== 'zero');
  if (moving.length === 0) return [];
  const metrics = [...new Set(moving.map((one) => one.metric))];
  if (measureOf(moving[0]!) === 'quantiles')
    return metrics.map((metric) =>
      quantileChart(
        group,
        moving.filter((one) => one.metric === metric),
      ),
    );
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
  const labels = tellingLabels(series);
  const sorted = series.toSorted((a, b) => natural(valuesOf(a, labels), valuesOf(b, labels)));
  const measure = measureOf(first);
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
    units: measure === 'rates' ? `${first.units}/s` : first.units,
    kind: 'lines',
    measure,
    tmaxSeconds: longest(series),
    lines: shown.map((one) => lineOf(one, lineName(one, labels, metrics.length > 1))),
    omitted: series.length - shown.length,
  };
}

function size(series: SeriesInfo): number {
  return typeof series.value === 'number' ? Math.abs(series.value) : -1;
}

/** Of very many buckets three lines: half of the values, and almost all of them, lie below. */
function quantileChart(group: string, buckets: readonly SeriesInfo[]): ChartPlan {
  const { metric, title, description, units } = buckets[0]!;
  const name = metric.replace(/_bucket$/, '');
  return {
    id: idOf(group, name, 'quantiles'),
    title: title === '' || title === metric ? name : title,
    description,
    units: units === '' ? unitsInName(name) : units,
    kind: 'lines',
    measure: 'quantiles',
    tmaxSeconds: longest(buckets),
    lines: Array.from(QUANTILES.keys(), (line) => ({
      key: line,
      metric,
      labels: {},
      name: line,
      isCeiling: false,
    })),
    omitted: 0,
  };
}

/** `request_duration_seconds` says what it is in. */
function unitsInName(name: string): string {
  if (name.endsWith('_seconds')) return 's';
  return name.endsWith('_bytes') ? 'bytes' : '';
}

function longest(series: readonly SeriesInfo[]): number {
  return Math.max(...series.map(({ tmax }) => tmax));
}

function lineOf(series: SeriesInfo, name: string): LinePlan {
  const { key, metric, labels } = series;
  return { key, metric, labels, name, isCeiling: series.slope === 'zero' };
}

function lineName(
  series: SeriesInfo,
  labels: readonly string[],
  bySeveralMetrics: boolean,
): string {
  const words = bySeveralMetrics ? lineWords(series.metric) : '';
  return [words, valuesOf(series, labels)].filter((part) => part !== '').join(' ') || series.metric;
}

/** Where a scraped series comes from: the same on the whole chart, as a rule. */
const ORIGINS = new Set(['instance', 'job']);

/** Labels in which the series differ; when they differ in none, all that say what is measured. */
function tellingLabels(series: readonly SeriesInfo[]): string[] {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const differing = names.filter(
    (name) => new Set(series.map(({ labels }) => own(labels, name))).size > 1,
  );
  return differing.length > 0 ? differing : names.filter((name) => !ORIGINS.has(name));
}

function valuesOf({ labels }: SeriesInfo, names: readonly string[]): string {
  return names.flatMap((name) => own(labels, name) ?? []).join(' ');
}

function idOf(...parts: readonly string[]): string {
  return parts.join('-').replace(/[^\w-]+/g, '_');
}

/** What a person may type to find a series: words of its group, its name and labels, its title and that of its chart. */
export function searchText({ group, key, metric, title }: SeriesInfo): string {
  return [group, key, title, titleOf(stemOf(metric))].join(' ');
}
