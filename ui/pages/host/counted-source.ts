/** Counters and histograms of one host: rates and quantiles that the collector computes, asked for again now and then. */
import type { ChartSource } from '../../chart/feed.ts';
import { columnOf, type PromSeries, queryRange, rangePicture, stepFor } from '../../data/promql.ts';
import type { ChartPlan, LinePlan } from '../../lib/chart-plan.ts';
import { QUANTILES, quantileExpr, rateExpr, rateSpan } from '../../lib/counted.ts';
import { own } from '../../lib/own.ts';

export function countedSource(host: string, plan: ChartPlan): ChartSource {
  const exprs = (stepSeconds: number) => [...exprsOf(plan, stepSeconds, host).values()];
  return {
    columnCount: plan.lines.length,
    async load(window) {
      const stepSeconds = stepFor(window);
      const answers = new Map<string, readonly PromSeries[]>();
      await Promise.all(
        Array.from(exprsOf(plan, stepSeconds, host), async ([key, expr]) =>
          answers.set(key, (await queryRange(expr, window)).series),
        ),
      );
      const columns = plan.lines.map((line) => {
        const found = answers.get(queryKey(plan, line))?.find((one) => isOf(one, line));
        return columnOf(found?.values ?? [], window);
      });
      return { startS: window.fromS, stepSeconds, columns };
    },
    svg: (window) => rangePicture(exprs(stepFor(window)), plan.units, window),
  };
}

/** What a rule made from the chart would watch, on every host. */
export function countedExpr(plan: ChartPlan): string {
  const [expr] = exprsOf(plan, 1).values();
  return expr!;
}

/** A query per metric, or per line of a histogram; by `queryKey`. */
function exprsOf(plan: ChartPlan, stepSeconds: number, host?: string): Map<string, string> {
  const span = rateSpan(plan.tmaxSeconds, stepSeconds);
  return new Map(
    plan.lines.map((line) => {
      const quantile = QUANTILES.get(line.key);
      const expr =
        plan.measure === 'quantiles' && quantile !== undefined
          ? quantileExpr(quantile, line.metric, span, host)
          : rateExpr(line.metric, span, host);
      return [queryKey(plan, line), expr];
    }),
  );
}

function queryKey({ measure }: ChartPlan, { key, metric }: LinePlan): string {
  return measure === 'quantiles' ? key : metric;
}

/** Answers carry the labels of the host beside those of the series. */
function isOf({ metric }: PromSeries, { labels }: LinePlan): boolean {
  return Object.entries(labels).every(([name, value]) => own(metric, name) === value);
}
