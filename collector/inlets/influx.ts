import {
  labelName,
  metricName,
  numberOf,
  type ReceivedSample,
  refused,
  shown,
  UNTOLD,
} from './received-sample.ts';

/** Milliseconds in one unit of a `precision`. */
const PRECISIONS: Readonly<Record<string, number>> = {
  n: 1e-6,
  ns: 1e-6,
  u: 1e-3,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Characters of a line: some thousand fields. */
const LINE_MAX = 65_536;

/** @throws InputError `inlet-sample` */
export function precisionMs(precision: string | undefined): number {
  const found = PRECISIONS[precision ?? 'ns'];
  if (found !== undefined) return found;
  throw refused(
    'precision',
    `${shown(precision ?? '')} is none of ${Object.keys(PRECISIONS).join(', ')}`,
  );
}

export interface InfluxOptions {
  /** Milliseconds in one unit of the times. */
  readonly unitMs: number;
  /** Host of points without a tag `host`. */
  readonly sender: string;
}

/**
 * Splits a body into its points; a text in quotes may hold newlines. One whose quotes do not end within the longest line ends at its first
 * newline, so that it takes no others with it. Empty lines and comments are left out.
 */
export function influxLines(body: string): string[] {
  const lines = body.split('\n');
  const points: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || line.startsWith('#')) continue;
    const isOpen = line.includes('"') && isUneven(seriesOf(line.trimStart()).rest);
    const end = isOpen ? endOfText(lines, at) : at;
    points.push(end === at ? line : lines.slice(at, end + 1).join('\n'));
    at = end;
  }
  return points;
}

/** The line on which the text ends that begins on this one. */
function endOfText(lines: readonly string[], begin: number): number {
  let length = lines[begin]?.length ?? 0;
  for (let at = begin + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    length += line.length + 1;
    if (length > LINE_MAX) break;
    if (isUneven(line)) return at;
  }
  return begin;
}

/** Whether a text begins here and does not end, or the other way round. */
function isUneven(fields: string): boolean {
  return fields.replaceAll(/\\./g, '').split('"').length % 2 === 0;
}

/**
 * One point of InfluxDB's line protocol: `cpu,host=web01,core=0 user=12.5,idle=80i 1767225600000000000`. Each numeric field is a sample
 * `measurement_field` (`measurement` alone for the field `value`); true and false are 1 and 0; texts are left out.
 * Source: InfluxDB documentation, "Line protocol".
 * @throws InputError `inlet-sample`
 */
export function parseInflux(line: string, { unitMs, sender }: InfluxOptions): ReceivedSample[] {
  if (line.length > LINE_MAX) {
    throw refused('line', `${shown(line)} is longer than ${LINE_MAX} characters; split it`);
  }
  const { series, rest: behind } = seriesOf(line.trim());
  const [fields = '', timeText, ...rest] = splitOutside(behind, ' ').filter(Boolean);
  if (fields === '' || rest.length > 0) {
    throw refused('line', `${shown(line)} is not "measurement,tag=value field=value time"`);
  }
  const [measurement = '', ...tagTexts] = series.split(/(?<!\\),/);
  const tags = Object.fromEntries(
    tagTexts.map((text) => pairOf('tag', text, text.split(/(?<!\\)=/))),
  );
  const { host = sender, ...others } = tags;
  const labels = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [labelName(name), unescaped(value)]),
  );
  const timeMs = timeText === undefined ? undefined : numberOf('time', timeText) * unitMs;
  return splitOutside(fields, ',').flatMap((text) => {
    const [field, valueText] = pairOf('field', text, splitOutside(text, '='));
    const value = fieldValue(valueText);
    if (value === undefined) return [];
    const path = field === 'value' ? measurement : `${measurement}_${field}`;
    const name = metricName(unescaped(path));
    return [{ host: unescaped(host), name, labels, meaning: UNTOLD, value, timeMs }];
  });
}

/** Measurement and tags, in which quotes are letters like others, end at the first space without a backslash. */
function seriesOf(line: string): { readonly series: string; readonly rest: string } {
  const space = line.search(/(?<!\\) /);
  const end = space < 0 ? line.length : space;
  return { series: line.slice(0, end), rest: line.slice(end) };
}

/** Splits at a character, but neither after a backslash nor inside of double quotes. */
function splitOutside(text: string, separator: ' ' | ',' | '='): string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === separator && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** @param parts of `text` between its signs of equality */
function pairOf(
  what: string,
  text: string,
  [name = '', value, ...rest]: readonly string[],
): [name: string, value: string] {
  if (name === '' || !value || rest.length > 0)
    throw refused(what, `${shown(text)} is not name=value`);
  return [unescaped(name), value];
}

function unescaped(text: string): string {
  return text.replace(/\\([ ,="\\])/g, '$1');
}

/** @returns undefined for a text */
function fieldValue(text: string): number | undefined {
  if (text.startsWith('"')) return undefined;
  if (/^(t|true)$/i.test(text)) return 1;
  if (/^(f|false)$/i.test(text)) return 0;
  return numberOf('field', text.replace(/[iu]$/, ''));
}
