import { InputError } from '../../../base/errors.ts';
import type { LiveRequest } from '../../../wire/http.ts';

const METRICS_MAX = 32;
const SERIES_MAX = 8192;
const BANDS_MAX = 64;
const TEXT_MAX = 8192;

/**
 * Reads what a page sent.
 * @throws InputError `live-request`
 */
export function parseLiveRequest(text: string): LiveRequest {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) throw bad('it must be a JSON object');
  const request = value as Readonly<Record<string, unknown>>;
  const id = request['id'];
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw bad('id must be a whole number');
  return {
    id,
    metrics: items(request, 'metrics', METRICS_MAX, isText),
    series: items(request, 'series', SERIES_MAX, isSeries),
    bands: items(request, 'bands', BANDS_MAX, isText),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('it is no JSON');
  }
}

function items<T>(
  request: Readonly<Record<string, unknown>>,
  field: string,
  max: number,
  accepts: (item: unknown) => item is T,
): readonly T[] {
  const list = request[field] ?? [];
  if (!Array.isArray(list) || !list.every(accepts))
    throw bad(`${field} must be a list as in docs/api.md`);
  if (list.length > max) throw bad(`${field} has ${list.length} items, at most ${max} are allowed`);
  return list;
}

function isText(item: unknown): item is string {
  return typeof item === 'string' && item.length <= TEXT_MAX;
}

function isSeries(item: unknown): item is { host: string; key: string } {
  return (
    typeof item === 'object' &&
    item !== null &&
    'host' in item &&
    isText(item.host) &&
    'key' in item &&
    isText(item.key)
  );
}

function bad(reason: string): InputError {
  return new InputError('live-request', `the request for live values is wrong: ${reason}`);
}
