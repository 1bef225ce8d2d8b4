import { parseDurationMs } from './duration.ts';
import { Labels, METRIC_NAME } from './labels.ts';
import { unquote } from './literal.ts';

/** One slot of a series in a script: a number, nothing (`_`), the end of the series, or a native histogram (not evaluated). */
export type ScriptValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'omitted' | 'stale' | 'histogram' };

/** `metric{label="value"} 1 2+3x4 _ stale`: a series and its slots, one per step from time 0. Undefined when the line is none. */
export function parseSeriesLine(
  line: string,
): { readonly labels: Labels; readonly values: ScriptValue[] } | undefined {
  const head =
    /^([a-zA-Z_:][\w:]*)?(\{(?:[^"'`}]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)*\})?(?:\s+|$)/.exec(
      line,
    );
  if (!head || head[0] === '') return undefined;
  const labels = parseLabels(head[1] ?? '', head[2] ?? '{}');
  const values = labels && parseValues(line.slice(head[0].length));
  return values && { labels, values };
}

function parseLabels(name: string, braces: string): Labels | undefined {
  const record: Record<string, string> = {};
  if (name) record[METRIC_NAME] = name;
  const parts =
    /\s*(?:([a-zA-Z_][\w]*)|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))\s*(?:=\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`))?\s*(?:,|$)/gy;
  const body = braces.slice(1, -1).trim();
  while (parts.lastIndex < body.length) {
    const part = parts.exec(body);
    if (!part) return undefined;
    const label = part[1] ?? unquote(part[2] as string);
    const value = part[3] === undefined ? undefined : unquote(part[3]);
    if (label === undefined || (part[3] !== undefined && value === undefined)) return undefined;
    if (value === undefined) record[METRIC_NAME] = label;
    else record[label] = value;
  }
  return Labels.from(record);
}

const NUMBER = String.raw`(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|nan)`;
const SEQUENCE = new RegExp(
  String.raw`^([+-]?${NUMBER})(?:([+-]${NUMBER}))?(?:x(\d+))?(?:\s+|$)`,
  'i',
);
const HISTOGRAM = /^\{\{[^}]*\}\}(?:[+-]\{\{[^}]*\}\})?(?:x(\d+))?(?:\s+|$)/;
const WORD = /^(_|stale)(?:x(\d+))?(?:\s+|$)/;

function parseValues(text: string): ScriptValue[] | undefined {
  const values: ScriptValue[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const word = WORD.exec(rest);
    const histogram = HISTOGRAM.exec(rest);
    const sequence = SEQUENCE.exec(rest);
    if (word) {
      const kind = word[1] === '_' ? 'omitted' : 'stale';
      for (let i = 0; i < Number(word[2] ?? 1); i++) values.push({ kind });
    } else if (histogram) {
      for (let i = 0; i <= Number(histogram[1] ?? 0); i++) values.push({ kind: 'histogram' });
    } else if (sequence) {
      values.push(...expand(sequence));
    } else return undefined;
    rest = rest.slice((word ?? histogram ?? sequence ?? [''])[0].length);
  }
  return values;
}

/** `1+2x3` is 1 3 5 7: the first value and three more. */
function expand([, first, increment, times]: RegExpExecArray): ScriptValue[] {
  const values: ScriptValue[] = [];
  let value = readNumber(first as string);
  for (let i = 0; i <= Number(times ?? 0); i++) {
    values.push({ kind: 'number', value });
    value += increment ? readNumber(increment) : 0;
  }
  return values;
}

/** A number of a script; undefined for other text. */
export function parseScriptNumber(text: string): number | undefined {
  return new RegExp(`^[+-]?${NUMBER}$`, 'i').test(text) ? readNumber(text) : undefined;
}

function readNumber(text: string): number {
  const infinite = /^([+-]?)inf$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /nan$/i.test(text) ? Number.NaN : Number(text);
}

/** Start times of a series' samples, as offsets from each sample in ms: `-30s-1mx2 _ 5s *x3`; `*` is the one before. Undefined where `_`. */
export function parseStartTimes(text: string): (number | undefined)[] | undefined {
  const offsets: (number | undefined)[] = [];
  for (const item of text.trim().split(/\s+/)) {
    const gap = /^_(?:x(\d+))?$/.exec(item);
    const again = /^\*(?:x(\d+))?$/.exec(item);
    const sequence = START_TIMES.exec(item);
    if (gap) for (let i = 0; i < Number(gap[1] ?? 1); i++) offsets.push(undefined);
    else if (again) {
      const before = offsets.findLast((offset) => offset !== undefined) ?? 0;
      for (let i = 0; i <= Number(again[1] ?? 0); i++) offsets.push(before);
    } else if (sequence) {
      const [, sign, first = '', incrementSign, increment = '0', times] = sequence;
      const firstMs = signedMs(sign, first);
      const stepMs = signedMs(incrementSign, increment);
      if (firstMs === undefined || stepMs === undefined) return undefined;
      for (let i = 0; i <= Number(times ?? 0); i++) offsets.push(firstMs + i * stepMs);
    } else return undefined;
  }
  return offsets;
}

const DURATION = String.raw`(\d[\da-w]*)`;
const START_TIMES = new RegExp(`^([+-]?)${DURATION}(?:([+-])${DURATION})?(?:x(\\d+))?$`);

function signedMs(sign: string | undefined, duration: string): number | undefined {
  const ms = parseDurationMs(duration);
  return sign === '-' && ms !== undefined ? -ms : ms;
}
