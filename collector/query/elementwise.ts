/** Functions of one number, applied to every value of a vector. */
export const ELEMENTWISE: ReadonlyMap<string, (value: number) => number> = new Map([
  ['abs', Math.abs],
  ['acos', Math.acos],
  ['acosh', Math.acosh],
  ['asin', Math.asin],
  ['asinh', Math.asinh],
  ['atan', Math.atan],
  ['atanh', Math.atanh],
  ['ceil', Math.ceil],
  ['cos', Math.cos],
  ['cosh', Math.cosh],
  ['deg', (value) => (value * 180) / Math.PI],
  ['exp', Math.exp],
  ['floor', Math.floor],
  ['ln', Math.log],
  ['log10', Math.log10],
  ['log2', Math.log2],
  ['rad', (value) => (value * Math.PI) / 180],
  ['sgn', (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
  ['sin', Math.sin],
  ['sinh', Math.sinh],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
]);

/** Functions of a number and further scalars: the values of all arguments at one step. Undefined = no result there. */
export const PARAMETERIZED: ReadonlyMap<
  string,
  (value: number, parameters: readonly number[]) => number | undefined
> = new Map([
  ['clamp', (value, [low, high]) => clamp(value, low as number, high as number)],
  ['clamp_max', (value, [high]) => goMin(high as number, value)],
  ['clamp_min', (value, [low]) => goMax(low as number, value)],
  ['round', (value, [nearest = 1]) => roundTo(value, nearest)],
]);

function clamp(value: number, low: number, high: number): number | undefined {
  return high < low ? undefined : goMax(low, goMin(high, value));
}

/** Go's Max: +Inf wins over NaN. */
function goMax(a: number, b: number): number {
  return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(a, b);
}

/** Go's Min: -Inf wins over NaN. */
function goMin(a: number, b: number): number {
  return a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY
    ? Number.NEGATIVE_INFINITY
    : Math.min(a, b);
}

/** Ties go up. The inverse is used because it loses less precision than dividing. */
function roundTo(value: number, nearest: number): number {
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

/** Parts of a date in UTC, from seconds since the epoch. */
export const DATE_PARTS: ReadonlyMap<string, (date: Date) => number> = new Map([
  ['year', (date) => date.getUTCFullYear()],
  ['month', (date) => date.getUTCMonth() + 1],
  ['day_of_month', (date) => date.getUTCDate()],
  ['day_of_week', (date) => date.getUTCDay()],
  [
    'day_of_year',
    (date) =>
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) -
        Date.UTC(date.getUTCFullYear(), 0, 0)) /
      86_400_000,
  ],
  [
    'days_in_month',
    (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  ],
  ['hour', (date) => date.getUTCHours()],
  ['minute', (date) => date.getUTCMinutes()],
]);
