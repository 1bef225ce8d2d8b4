import { useMemo } from 'preact/hooks';
import type { MetricInfo } from '../../../wire/http.ts';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSource } from '../../chart/feed.ts';
import type { Line } from '../../chart/plot.ts';
import { loadBand, svgPath } from '../../data/history.ts';
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

/** How a metric spreads over all hosts: median, the band that holds nine of ten hosts, and the largest. */
export function BandChart({ metric, height }: { metric: MetricInfo; height: number }) {
  const source = useMemo(() => bandSource(metric.name), [metric.name]);
  return (
    <Chart
      title={metric.title || metric.name}
      description={`${metric.title} over all hosts: median, 5th to 95th percentile, maximum`}
      units={metric.units}
      kind="band"
      lines={LINES}
      source={source}
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
