import type { VectorSelector } from './ast.ts';
import type { Context } from './context.ts';
import { unsupported, warnOfMix } from './histogram-use.ts';
import type { References } from './select.ts';
import type { SampleSeries } from './source.ts';
import type { Column } from './value.ts';

/**
 * Takes out of a smoothed selector's column the steps around which, up to the look-back on both sides, there are numbers and native
 * histograms: nothing lies between them. Changes the column.
 * @throws QueryError `query-unsupported` where there are histograms alone
 */
export function withoutMixed(
  { present }: Column,
  series: SampleSeries,
  context: Context,
  selector: VectorSelector,
  { firstMs, stepMs }: References,
): void {
  const { timesMs, stale, histogram } = series;
  if (!histogram) return;
  for (let step = 0; step < present.length; step++) {
    const timeMs = firstMs + step * stepMs;
    const around = histogram.filter((_, index) => {
      const distance = (timesMs[index] as number) - timeMs;
      return distance > -context.lookbackMs && distance <= context.lookbackMs && !stale?.[index];
    });
    if (!around.includes(1)) continue;
    if (!around.includes(0)) throw unsupported(series, selector);
    present[step] = 0;
    warnOfMix(context, series, selector);
  }
}
