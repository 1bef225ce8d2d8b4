/** From a value to one of the colours of the load ramp, with bounds that a person can read in the legend. */

/** Steps of the ramp; the colours themselves are CSS variables, one set per theme. */
export const RAMP_STEPS = 7;

export interface Domain {
  readonly min: number;
  readonly max: number;
}

/** One object for all: who shows it draws again only when it is another. */
const PERCENT: Domain = { min: 0, max: 100 };

/**
 * The domain of a metric: 0 to 100 for percent; otherwise 0 (or the least value, if negative) to a round number above the values.
 * It grows at once and shrinks only below 40 % of what it was, so that colours do not flicker.
 */
export function domainOf(
  values: ArrayLike<number>,
  units: string,
  before: Domain | null = null,
): Domain {
  if (units === '%') return PERCENT;
  let min = 0;
  let max = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const next = { min: min < 0 ? -roundUp(-min) : 0, max: roundUp(max) };
  const keeps = before && next.max <= before.max && next.max > before.max * 0.4;
  return keeps && next.min === before.min ? before : next;
}

/** The next of 1, 2, 4, 5, 8, 10 × 10^n; 1 for nothing. */
function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 8, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** @returns 0 to RAMP_STEPS - 1; -1 for unknown */
export function rampStep(value: number, domain: Domain): number {
  if (Number.isNaN(value)) return -1;
  const share = (value - domain.min) / (domain.max - domain.min);
  return Math.max(0, Math.min(RAMP_STEPS - 1, Math.floor(share * RAMP_STEPS)));
}
