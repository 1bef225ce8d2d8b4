import { useMemo } from 'preact/hooks';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSource } from '../../chart/feed.ts';
import type { NoData } from '../../chart/marks.ts';
import type { Line } from '../../chart/plot.ts';
import { loadSeries, svgPath } from '../../data/history.ts';
import type { Colours } from '../../data/theme.ts';
import type { ChartPlan } from '../../lib/chart-plan.ts';
import { countedExpr, countedSource } from './counted-source.ts';

interface SeriesChartProps {
  readonly host: string;
  readonly plan: ChartPlan;
  readonly group: string;
  readonly noData: () => NoData | null;
}

/** One planned chart of one host, live. */
export function SeriesChart({ host, plan, group, noData }: SeriesChartProps) {
  const hosts = useMemo(() => [host], [host]);
  const lines = useMemo(() => linesOf(plan), [plan]);
  const source = useMemo(
    () => (plan.measure === 'values' ? sourceOf(host, plan) : countedSource(host, plan)),
    [host, plan],
  );
  return (
    <Chart
      title={plan.title}
      description={plan.description}
      units={plan.units}
      kind={plan.kind}
      fromZero={plan.lines.some((line) => line.isCeiling)}
      lines={lines}
      source={source}
      hosts={hosts}
      noData={noData}
      watch={plan.measure === 'values' ? plan.lines[0]!.key : countedExpr(plan)}
      {...(plan.omitted > 0 ? { note: `${plan.omitted} more are smaller now and not drawn` } : {})}
    >
      <span class="chart-group">{group}</span>
    </Chart>
  );
}

/** Beyond eight lines the colours repeat, dashed. */
function linesOf(plan: ChartPlan): Line[] {
  return plan.lines.map((line, index): Line => {
    if (line.isCeiling) return { name: line.name, colour: (theme) => theme.faint, dash: [4, 4] };
    const colour = (theme: Colours) => theme.series[index % theme.series.length]!;
    return index < 8 ? { name: line.name, colour } : { name: line.name, colour, dash: [5, 3] };
  });
}

function sourceOf(host: string, plan: ChartPlan): ChartSource {
  const keys = plan.lines.map((line) => line.key);
  const metrics = [...new Set(plan.lines.map((line) => line.metric))];
  return {
    columnCount: keys.length,
    load: (window) => loadSeries(host, plan.lines, window),
    svg: (window) => svgPath('/api/series', { host, metric: metrics }, window),
    live: {
      want: { series: keys.map((key) => ({ host, key })) },
      value: (frame, column) => frame.series(host, keys[column]!),
    },
  };
}
