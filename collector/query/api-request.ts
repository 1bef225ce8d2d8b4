import { InputError } from '../../base/errors.ts';
import { parseDurationMs } from './duration.ts';

/** One call of the query API: what comes after `/api/v1/`, and the parameters of the query string and the form together. */
export interface ApiRequest {
  readonly path: string;
  readonly params: URLSearchParams;
}

/** Prometheus' kinds of errors, with the HTTP status of each. */
export const ERROR_STATUS = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  canceled: 499,
  internal: 500,
  timeout: 503,
  unavailable: 503,
} as const;
export type ErrorType = keyof typeof ERROR_STATUS;

/** A parameter that cannot be used; the text is Prometheus'. */
export function parameterError(name: string, reason: string): InputError {
  return new InputError('query-parameter', `invalid parameter ${JSON.stringify(name)}: ${reason}`, {
    field: name,
  });
}

/** Times that a query may name: what Date can hold, with room for look-back. */
const TIME_MS_MAX = 8.64e15 / 2;

/** Seconds since the epoch with fraction, or RFC 3339; ms since the epoch. */
export function timeParameter(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null || text === '') return undefined;
  const ms = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (!(Math.abs(ms) <= TIME_MS_MAX))
    throw parameterError(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return ms;
}

/** Seconds with fraction, or a duration such as `1m30s`; ms. */
export function durationParameter(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null || text === '') return undefined;
  const ms = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)
    ? Number(text) * 1000
    : parseDurationMs(text);
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > TIME_MS_MAX)
    throw parameterError(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  return ms;
}

/** The most results to return; 0 or absent = all. */
export function limitParameter(params: URLSearchParams): number {
  const text = params.get('limit') ?? '';
  if (text === '') return 0;
  const limit = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(limit))
    throw parameterError('limit', `cannot parse ${JSON.stringify(text)} to a valid number`);
  if (limit < 0) throw parameterError('limit', 'limit must be non-negative');
  return limit;
}
