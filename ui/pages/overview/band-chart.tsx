import { useMemo } from 'preact/hooks';
import type { MetricInfo } from '../../../wire/http.ts';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSource } from '../../chart/feed.ts';
import type { Line } from '../../chart/plot.ts';
import { loadBand, loadMetric, svgPath } from '../../data/history.ts';
import { bandOf } from '../../lib/band.ts';
import type { BandField } from '../../lib/live-frame.ts';

const FIELDS: readonly BandField[] = ['p5', 'p95', 'p50', 'max'];
/** Of an earlier time the median alone: two bands over each other show nothing. */
const MEDIAN = [FIELDS.indexOf('p50')];
const LINES: readonly Line[] = [
  { name: 'p5', colour: (theme) => theme.series[0]!, isQuiet: true },
  { name: 'p95', colour: (theme) => theme.series[0]! },
  { name: 'median', colour: (theme) => theme.series[0]!, width: 1.75 },
  { name: 'max', colour: (theme) => theme.dim, dash: [2, 3] },
];

interface BandChartProps {
  readonly metric: MetricInfo;
  readonly height: number;
  /** Only these; absent = all hosts. */
  readonly hosts?: readonly string[] | undefined;
}

/** How a metric spreads over hosts: median, the band that holds nine of ten hosts, and the largest. */
export function BandChart({ metric, height, hosts }: BandChartProps) {
  const names = hosts?.join(',');
  const source = useMemo(
    () => (hosts ? partSource(metric.name, hosts) : bandSource(metric.name)),
    [metric.name, names],
  );
  return (
    <Chart
      key={names}
      title={metric.title || metric.name}
      description={`${metric.title} over all hosts: median, 5th to 95th percentile, maximum`}
      units={metric.units}
      kind="band"
      lines={LINES}
      source={source}
      {...(hosts ? { hosts, note: `of ${hosts.length} selected hosts` } : {})}
      compareColumns={MEDIAN}
      watch={metric.name}
      height={height}
    />
  );
}

function bandSource(metric: string): ChartSource {
  return {
    columnCount: FIELDS.length,
    async load(window) {
      const band = await loadBand(metric, window);
      return { ...band, columns: FIELDS.map((field) => band[field]) };
    },
    svg: (window) => svgPath('/api/bands', { metric }, window),
    live: {
      want: { bands: [metric] },
      value: (frame, column) => frame.band(metric, FIELDS[column]!),
    },
  };
}

/** The collector has the spread of all hosts only: of some it is made here, from their own values. */
function partSource(metric: string, hosts: readonly string[]): ChartSource {
  let places: { readonly of: readonly string[]; readonly at: readonly number[] } | undefined;
  let band: { readonly timeMs: number; readonly values: readonly (number | null)[] } | undefined;
  return {
    columnCount: FIELDS.length,
    async load(window) {
      const range = await loadMetric(metric, window, { hosts });
      const rows = Math.max(0, ...range.series.map(({ average }) => average.length));
      const bands = Array.from({ length: rows }, (_, row) =>
        bandOf(
          range.series.map(({ average }) => average[row] ?? null),
          FIELDS,
        ),
      );
      return { ...range, columns: FIELDS.map((_, field) => bands.map((one) => one[field]!)) };
    },
    live: {
      want: { metrics: [metric] },
      value: (frame, column) => {
        if (places?.of !== frame.hosts)
          places = { of: frame.hosts, at: hosts.map((host) => frame.hosts.indexOf(host)) };
        if (band?.timeMs !== frame.timeMs) {
          const all = frame.metric(metric);
          const values = bandOf(
            places.at.map((at) => all?.[at] ?? null),
            FIELDS,
          );
          band = { timeMs: frame.timeMs, values };
        }
        return band.values[column] ?? null;
      },
    },
  };
}

const CLUSTER_CHARTS = [
  'cpu_user',
  'load_one',
  'mem_available',
  'bytes_in',
  'bytes_out',
  'part_max_used',
  'mem_free',
];

/** The metrics of the cluster charts: the usual four, or whatever else moves. */
export function clusterMetrics(catalogue: readonly MetricInfo[], count: number): MetricInfo[] {
  const plain = catalogue.filter(
    (metric) => metric.type !== 'string' && metric.labelNames.length === 0,
  );
  const usual = CLUSTER_CHARTS.flatMap(
    (name) => plain.find((metric) => metric.name === name) ?? [],
  );
  return [...new Set([...usual, ...plain])].slice(0, count);
}
