import { parseDurationMs } from '../../query/duration.ts';
import { compileUnanchored } from '../../query/regexp.ts';
import { formatValue, quote, sprint, sprintf } from './format.ts';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  toFloat,
  toTime,
} from './humanize.ts';
import { GoDuration, type GoMap, type GoValue, isList, isMap, isTrue } from './value.ts';
import type { TemplateWork } from './work.ts';

/** One element of a `query` result. */
export interface TemplateSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What templates may ask of the world around them. */
export interface TemplateContext {
  /** Evaluates PromQL at the rule's evaluation time. */
  readonly query: (expr: string) => readonly TemplateSample[];
  readonly externalUrl: string;
  readonly nowMs: number;
  /** Shared by all templates that are expanded for one purpose. */
  readonly work: TemplateWork;
}

export type TemplateFunction = (args: readonly GoValue[], context: TemplateContext) => GoValue;

/** Offsets in the template's text of the command that failed, and of the word in it that error texts point at. */
export interface CallPlace {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** A call that fails, in the words of Go's template engine; the innermost command that was running says where. */
export class TemplateCallError extends Error {
  at: CallPlace | undefined;

  constructor(message: string) {
    super(message);
    this.name = 'TemplateCallError';
  }
}

export interface Definition {
  readonly arguments: number | { readonly atLeast: number };
  readonly call: TemplateFunction;
}

/** Functions that a template may call, by name. */
export type FunctionTable = Readonly<Record<string, Definition>>;

/** Those of every Go template. */
export const GO_FUNCTIONS: FunctionTable = {
  and: {
    arguments: { atLeast: 1 },
    call: (args) => args.find((value) => !isTrue(value)) ?? last(args),
  },
  or: { arguments: { atLeast: 1 }, call: (args) => args.find(isTrue) ?? last(args) },
  not: { arguments: 1, call: ([value = null]) => !isTrue(value) },
  len: { arguments: 1, call: ([value = null]) => length(value) },
  index: {
    arguments: { atLeast: 1 },
    call: ([value = null, ...keys]) => keys.reduce<GoValue>(indexed, value),
  },
  slice: { arguments: { atLeast: 1 }, call: slice },
  print: { arguments: { atLeast: 0 }, call: sprint },
  printf: {
    arguments: { atLeast: 1 },
    call: ([format = '', ...args]) => sprintf(text(format), args),
  },
  println: { arguments: { atLeast: 0 }, call: (args) => `${args.map(formatValue).join(' ')}\n` },
  html: { arguments: { atLeast: 0 }, call: (args) => escapeHtml(sprint(args)) },
  js: {
    arguments: { atLeast: 0 },
    call: (args) => quote(sprint(args)).slice(1, -1).replaceAll("'", "\\'"),
  },
  urlquery: { arguments: { atLeast: 0 }, call: (args) => queryEscape(sprint(args)) },
  eq: {
    arguments: { atLeast: 2 },
    call: ([first = null, ...rest]) => rest.some((value) => equal(first, value)),
  },
  ne: { arguments: 2, call: ([a = null, b = null]) => !equal(a, b) },
  lt: { arguments: 2, call: ([a = null, b = null]) => less(a, b) },
  le: { arguments: 2, call: ([a = null, b = null]) => less(a, b) || equal(a, b) },
  // As in Go the opposites of le and lt, which makes NaN greater than everything.
  gt: { arguments: 2, call: ([a = null, b = null]) => !less(a, b) && !equal(a, b) },
  ge: { arguments: 2, call: ([a = null, b = null]) => !less(a, b) },
};

/** Those of Prometheus' rules. */
export const RULE_FUNCTIONS: FunctionTable = {
  ...GO_FUNCTIONS,
  query: {
    arguments: 1,
    call: ([expr = ''], context) => context.query(text(expr)).map(sampleValue),
  },
  first: { arguments: 1, call: ([samples = null]) => firstOf(samples) },
  label: {
    arguments: 2,
    call: ([name = '', sample = null]) => labelsOf(sample).get(text(name)) ?? '',
  },
  value: { arguments: 1, call: ([sample = null]) => fieldOf(sample, 'Value') },
  strvalue: { arguments: 1, call: ([sample = null]) => labelsOf(sample).get('__value__') ?? '' },
  args: {
    arguments: { atLeast: 0 },
    call: (args) => new Map(args.map((value, i) => [`arg${i}`, value])),
  },
  sortByLabel: {
    arguments: 2,
    call: ([name = '', samples = null]) => sortByLabel(text(name), samples),
  },
  match: {
    arguments: 2,
    call: ([pattern = '', subject = '']) => compileUnanchored(text(pattern)).test(text(subject)),
  },
  reReplaceAll: {
    arguments: 3,
    call: ([pattern = '', replacement = '', subject = '']) =>
      text(subject).replace(compileUnanchored(text(pattern), 'g'), (...found) =>
        expand(text(replacement), found),
      ),
  },
  safeHtml: { arguments: 1, call: ([value = '']) => text(value) },
  title: {
    arguments: 1,
    call: ([value = '']) => text(value).replace(/(^|[^\p{L}\p{Nd}_'])(\p{L})/gu, upperFirst),
  },
  toUpper: { arguments: 1, call: ([value = '']) => text(value).toUpperCase() },
  toLower: { arguments: 1, call: ([value = '']) => text(value).toLowerCase() },
  stripPort: { arguments: 1, call: ([value = '']) => stripPort(text(value)) },
  stripDomain: { arguments: 1, call: ([value = '']) => stripDomain(text(value)) },
  urlQueryEscape: { arguments: 1, call: ([value = '']) => queryEscape(text(value)) },
  graphLink: {
    arguments: 1,
    call: ([expr = '']) => `/graph?g0.expr=${queryEscape(text(expr))}&g0.tab=0`,
  },
  tableLink: {
    arguments: 1,
    call: ([expr = '']) => `/graph?g0.expr=${queryEscape(text(expr))}&g0.tab=1`,
  },
  humanize: { arguments: 1, call: ([value = null]) => humanize(toFloat(value)) },
  humanize1024: { arguments: 1, call: ([value = null]) => humanize1024(toFloat(value)) },
  humanizeDuration: { arguments: 1, call: ([value = null]) => humanizeDuration(toFloat(value)) },
  humanizePercentage: {
    arguments: 1,
    call: ([value = null]) => humanizePercentage(toFloat(value)),
  },
  humanizeTimestamp: { arguments: 1, call: ([value = null]) => humanizeTimestamp(toFloat(value)) },
  toTime: { arguments: 1, call: ([value = null]) => toTime(toFloat(value)) },
  toDuration: { arguments: 1, call: ([value = null]) => new GoDuration(toFloat(value)) },
  parseDuration: { arguments: 1, call: ([value = '']) => parseDuration(text(value)) },
  now: { arguments: 0, call: (_, context) => context.nowMs / 1000 },
  externalURL: { arguments: 0, call: (_, context) => context.externalUrl },
  pathPrefix: {
    arguments: 0,
    call: (_, context) => new URL(context.externalUrl).pathname.replace(/\/$/, ''),
  },
};

/** @throws TemplateCallError */
export function callFunction(
  table: FunctionTable,
  name: string,
  args: readonly GoValue[],
  context: TemplateContext,
): GoValue {
  const definition = table[name] as Definition;
  const expected = definition.arguments;
  const fits =
    typeof expected === 'number' ? args.length === expected : args.length >= expected.atLeast;
  if (!fits) {
    const want = typeof expected === 'number' ? String(expected) : `at least ${expected.atLeast}`;
    throw new TemplateCallError(
      `wrong number of args for ${name}: want ${want} got ${args.length}`,
    );
  }
  try {
    return definition.call(args, context);
  } catch (error) {
    throw new TemplateCallError(`error calling ${name}: ${(error as Error).message}`);
  }
}

export function sampleValue(sample: TemplateSample): GoMap {
  return new Map<string, GoValue>([
    ['Labels', new Map(Object.entries(sample.labels))],
    ['Value', sample.value],
  ]);
}

function text(value: GoValue): string {
  if (typeof value === 'string') return value;
  throw new Error(`wrong type for value; expected string; got ${formatValue(value)}`);
}

function last(values: readonly GoValue[]): GoValue {
  return values.at(-1) ?? null;
}

function length(value: GoValue): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value));
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(value.size);
  throw new Error(`len of type ${typeof value}`);
}

function indexed(value: GoValue, key: GoValue): GoValue {
  if (isMap(value)) return value.get(text(key)) ?? '';
  const position = Number(key);
  if (typeof value === 'string') return BigInt(Buffer.from(value)[position] ?? 0);
  if (!isList(value)) throw new Error("can't index item of this type");
  const element = value[position];
  if (element === undefined) throw new Error(`index out of range: ${position}`);
  return element;
}

function slice([value = null, from = 0n, to]: readonly GoValue[]): GoValue {
  if (typeof value !== 'string' && !isList(value)) throw new Error("can't slice item of this type");
  const end = to === undefined ? value.length : Number(to);
  if (Number(from) > end || end > value.length) throw new Error(`index out of range: ${end}`);
  return value.slice(Number(from), end);
}

function equal(a: GoValue, b: GoValue): boolean {
  if (typeof a !== typeof b && a !== null && b !== null) {
    throw new Error('incompatible types for comparison');
  }
  return a === b;
}

function less(a: GoValue, b: GoValue): boolean {
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  if (typeof a === 'string' || typeof a === 'number' || typeof a === 'bigint') {
    return a < (b as typeof a);
  }
  throw new Error('invalid type for comparison');
}

function firstOf(samples: GoValue): GoValue {
  if (!isList(samples)) throw new Error('wrong type for value; expected template.queryResult');
  const first = samples[0];
  if (first === undefined) throw new Error('first() called on vector with no elements');
  return first;
}

function fieldOf(sample: GoValue, field: string): GoValue {
  const value = isMap(sample) ? sample.get(field) : undefined;
  if (value === undefined) throw new Error('wrong type for value; expected *template.sample');
  return value;
}

function labelsOf(sample: GoValue): GoMap {
  return fieldOf(sample, 'Labels') as GoMap;
}

function sortByLabel(name: string, samples: GoValue): GoValue {
  if (!isList(samples)) throw new Error('wrong type for value; expected template.queryResult');
  const key = (sample: GoValue) => String(labelsOf(sample).get(name) ?? '');
  return samples.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** `$1`, `${name}` of a replacement, as regexp.Expand reads them: the longest run of word characters is the name. */
function expand(replacement: string, found: readonly unknown[]): string {
  const named = typeof found.at(-1) === 'object' ? (found.at(-1) as Record<string, string>) : {};
  return replacement.replace(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => {
      if (whole === '$$') return '$';
      const name = braced ?? bare ?? '';
      const group = /^\d+$/.test(name) ? found[Number(name)] : named[name];
      return typeof group === 'string' ? group : '';
    },
  );
}

function upperFirst(_: string, before: string, letter: string): string {
  return before + letter.toUpperCase();
}

function stripPort(hostPort: string): string {
  return /^\[(.*)\]:\d*$/.exec(hostPort)?.[1] ?? /^([^:]*):\d*$/.exec(hostPort)?.[1] ?? hostPort;
}

function stripDomain(hostPort: string): string {
  const port = /:\d*$/.exec(hostPort)?.[0] ?? '';
  const host = stripPort(hostPort);
  if (/^\d+(\.\d+){3}$/.test(host) || host.includes(':')) return hostPort;
  return (host.split('.')[0] ?? '') + (host === hostPort ? '' : port);
}

function parseDuration(value: string): number {
  const ms = parseDurationMs(value.replace(/^-/, ''));
  if (ms === undefined) throw new Error(`not a valid duration string: ${JSON.stringify(value)}`);
  return (value.startsWith('-') ? -ms : ms) / 1000;
}

/** url.QueryEscape */
function queryEscape(value: string): string {
  return encodeURIComponent(value)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (char) => HTML[char] as string);
}
