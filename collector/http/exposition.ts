/**
 * What Prometheus scrapes, in both of its formats. Sources: Prometheus, "Exposition formats", text 0.0.4; OpenMetrics 1.0, "Text Format".
 */
import type { Labels } from '../../wire/metric.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

/** Media types as answers have them. */
export const EXPOSITION_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export interface Family {
  /** Of a counter with its `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped';
  readonly help: string;
  readonly samples: readonly FamilySample[];
}

export interface FamilySample {
  /** After the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
  /** Milliseconds since the epoch; absent = now. */
  readonly timeMs?: number;
}

/** OpenMetrics where a client likes it better than plain text. @param accept the header (RFC 9110, 12.5.1) */
export function preferredFormat(accept = ''): ExpositionFormat {
  const weights = new Map(accept.split(',').map(weightOf));
  const text = weights.get('text/plain') ?? weights.get('text/*') ?? weights.get('*/*') ?? 0;
  return (weights.get('application/openmetrics-text') ?? 0) > text ? 'openmetrics' : 'text';
}

function weightOf(range: string): [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return [type, weight === undefined ? 1 : Number(weight) || 0];
}

export function formatExposition(families: Iterable<Family>, format: ExpositionFormat): string {
  let text = '';
  for (const family of families) text += format === 'text' ? plain(family) : openMetrics(family);
  return format === 'text' ? text : `${text}# EOF\n`;
}

function plain({ name, type, help, samples }: Family): string {
  let text = help && `# HELP ${name} ${escapeHelp(help)}\n`;
  text += `# TYPE ${name} ${type}\n`;
  for (const { timeMs, ...sample } of samples) text += line(name, sample, timeMs);
  return text;
}

/** Counters are called without their `_total`, times are seconds. */
function openMetrics({ name, type, help, samples }: Family): string {
  const called = type === 'counter' ? name.replace(/_total$/, '') : name;
  let text = `# TYPE ${called} ${type === 'untyped' ? 'unknown' : type}\n`;
  if (help !== '') text += `# HELP ${called} ${escapeLabel(help)}\n`;
  for (const { timeMs, ...sample } of samples)
    text += line(name, sample, timeMs === undefined ? undefined : timeMs / 1000);
  return text;
}

function line(
  name: string,
  { suffix = '', labels = {}, value }: FamilySample,
  time: number | undefined,
): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `${name}${suffix}${braces} ${formatValue(value)}${time === undefined ? '' : ` ${time}`}\n`;
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replace(/"/g, '\\"');
}

/** As Go prints them. */
function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
