/** A host's metrics for the codec benchmarks: mostly floats, a quarter doubles and counters, as the agent's own. */
import type { ValueType } from '../wire/metric.ts';

export const METRIC_COUNT = 60;

export function schemaTypes(): ValueType[] {
  return Array.from({ length: METRIC_COUNT }, (_, index) => {
    if (index % 8 === 6) return 'double';
    return index % 8 === 7 ? 'uint' : 'float';
  });
}

/** The values of one second, one decimal place, NaN nowhere. */
export function tickTable(
  types: readonly ValueType[],
  second: number,
): { numbers: Float64Array; strings: (string | undefined)[] } {
  const numbers = Float64Array.from(types, (type, index) => {
    const wave = 50 + 40 * Math.sin((second + index * 7) / 9);
    return type === 'uint' ? Math.round(wave) : Math.round(wave * 10) / 10;
  });
  return { numbers, strings: types.map(() => undefined) };
}
