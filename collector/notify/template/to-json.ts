import { formatGoTime } from '../../alerts/template/time-format.ts';
import {
  GoDuration,
  GoHtml,
  GoStruct,
  GoTime,
  type GoValue,
  isList,
  isMap,
} from '../../alerts/template/value.ts';

/** Go writes these so that the text may stand inside of HTML. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * A value of a template as Go's encoding/json writes it.
 * @throws Error of a number that JSON does not have
 */
export function toJson(value: GoValue): string {
  return JSON.stringify(plain(value)).replace(
    ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function plain(value: GoValue): unknown {
  if (isList(value)) return value.map(plain);
  if (isMap(value)) return record([...value].sort(([a], [b]) => (a < b ? -1 : 1)));
  if (value instanceof GoStruct) return value.json ?? record([...value.fields]);
  if (value instanceof GoTime) {
    return formatGoTime(value.ms, '2006-01-02T15:04:05.999999999Z07:00', value.zone);
  }
  if (value instanceof GoDuration) return Math.round(value.seconds * 1e9);
  if (value instanceof GoHtml) return value.text;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error(`json: unsupported value: ${value}`);
  }
  return value;
}

function record(entries: readonly (readonly [string, GoValue])[]): object {
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}
