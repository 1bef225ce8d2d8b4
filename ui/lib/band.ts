/** How values of some hosts spread, as the collector says it of all of them. */
import type { BandField } from './live-frame.ts';

const SHARES: Readonly<Partial<Record<BandField, number>>> = {
  p5: 0.05,
  p50: 0.5,
  p95: 0.95,
  max: 1,
};

/**
 * One value per field, interpolated between the two nearest ranks; null when nothing is known.
 * @param values NaN and null = unknown
 */
export function bandOf(
  values: readonly (number | null)[],
  fields: readonly BandField[],
): (number | null)[] {
  const known = values
    .filter((value): value is number => value !== null && !Number.isNaN(value))
    .sort((a, b) => a - b);
  return fields.map((field) => {
    const rank = (SHARES[field] ?? 1) * (known.length - 1);
    const [below, above] = [known[Math.floor(rank)], known[Math.ceil(rank)]];
    if (below === undefined || above === undefined) return null;
    return below + (above - below) * (rank % 1);
  });
}
