/** Reading of query strings: every refusal names the field, the value and the limit. */
import { InputError } from '../../base/errors.ts';

/** As fastify's parser gives it: a repeated name has a list. */
export type QueryString = Readonly<Record<string, string | readonly string[] | undefined>>;

/** @throws InputError `param-repeated` */
export function one(query: QueryString, field: string): string | undefined {
  const value = query[field];
  if (value === undefined || typeof value === 'string') return value;
  throw new InputError('param-repeated', `${field} is given ${value.length} times; give it once`, {
    field,
  });
}

/** @throws InputError `param-missing` */
export function required(query: QueryString, field: string): string {
  const value = one(query, field);
  if (value === undefined || value === '') {
    throw new InputError('param-missing', `${field} is missing`, { field });
  }
  return value;
}

/** All values of a name that may be repeated. @throws InputError `param-missing`, `param-range` when there are more than `max` */
export function many(query: QueryString, field: string, max: number): readonly string[] {
  const value = query[field];
  if (value === undefined) throw new InputError('param-missing', `${field} is missing`, { field });
  const values = typeof value === 'string' ? [value] : value;
  if (values.length > max) {
    throw new InputError(
      'param-range',
      `${field} is given ${values.length} times; at most ${max} are answered at once`,
      { field },
    );
  }
  return values;
}

/** A whole number; both ends of the range are included. @throws InputError `param-number`, `param-range` */
export function whole(
  query: QueryString,
  field: string,
  range: { readonly default: number; readonly min: number; readonly max: number },
): number {
  const text = one(query, field);
  if (text === undefined) return range.default;
  if (!/^-?\d{1,15}$/.test(text)) {
    throw new InputError('param-number', `${field}=${JSON.stringify(text)} is no whole number`, {
      field,
    });
  }
  const value = Number(text);
  if (value < range.min || value > range.max) {
    throw new InputError(
      'param-range',
      `${field}=${text} is outside of ${range.min} to ${range.max}`,
      { field },
    );
  }
  return value;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/**
 * A moment: seconds since the epoch (`1763682000`, `1763682000.5`), RFC 3339 (`2026-11-21T00:00:00Z`), `now`, or back from now (`-15m`).
 * @returns milliseconds since the epoch
 * @throws InputError `param-time`
 */
export function time(
  query: QueryString,
  field: string,
  { nowMs, defaultMs }: { readonly nowMs: number; readonly defaultMs: number },
): number {
  const text = one(query, field);
  if (text === undefined || text === '') return defaultMs;
  if (text === 'now') return nowMs;
  const back = /^-(\d{1,6})([smhdwy])$/.exec(text);
  if (back) return nowMs - Number(back[1]) * (UNIT_SECONDS[back[2] ?? ''] ?? 0) * 1000;
  const ms = absoluteMs(text);
  if (ms >= 0) return ms;
  throw new InputError(
    'param-time',
    `${field}=${JSON.stringify(text)} is no time; write seconds since the epoch, 2026-11-21T00:00:00Z, now, or -15m`,
    { field },
  );
}

const RFC_3339 = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** NaN when the text is no time. `Date.parse` alone takes `-5` for a month. */
function absoluteMs(text: string): number {
  if (/^\d{1,11}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  return RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
}

/** A range of time, both in milliseconds since the epoch, `fromMs` before `toMs`. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `from` (default an hour before `to`) and `to` (default now). @throws InputError `param-time`, `param-range` */
export function timeRange(query: QueryString, nowMs: number): TimeRange {
  const toMs = time(query, 'to', { nowMs, defaultMs: nowMs });
  const fromMs = time(query, 'from', { nowMs, defaultMs: toMs - 3_600_000 });
  if (fromMs < toMs) return { fromMs, toMs };
  throw new InputError('param-range', `from must be before to, but is ${fromMs - toMs} ms after`, {
    field: 'from',
  });
}

const LABEL_PREFIX = 'label.';

/** `label.device=sda` as `{device: 'sda'}`. */
export function labelFilter(query: QueryString): Readonly<Record<string, string>> {
  const pairs = Object.keys(query)
    .filter((field) => field.startsWith(LABEL_PREFIX))
    .map((field) => [field.slice(LABEL_PREFIX.length), required(query, field)]);
  return Object.fromEntries(pairs);
}
