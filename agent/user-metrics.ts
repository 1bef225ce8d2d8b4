import { InputError } from '../base/errors.ts';
import {
  isLabelName,
  isMetricName,
  type Labels,
  LIMITS,
  type Metric,
  SLOPES,
  seriesKey,
  VALUE_TYPES,
  type ValueType,
} from '../wire/metric.ts';
import type { SourceTable } from './series.ts';
import type { Source } from './source.ts';

/** Series that scripts may add to one host. */
export const USER_METRICS_MAX = 512;
/** A value is believed for this many times its tmax, as Ganglia does; then it is unknown. */
const BELIEVED_TMAX = 4;

/** Seconds; 0 would mean never. */
const DMAX_MIN = 1;

/** One value of `clustermon metric send`. */
export interface UserValue {
  readonly metric: Metric;
  readonly value: number | string;
}

const FIELDS = [
  'name',
  'value',
  'type',
  'units',
  'slope',
  'labels',
  'tmax',
  'dmax',
  'group',
  'title',
  'description',
];

/** Smallest and largest value of the whole types; hypers as far as numbers are exact. */
const RANGES: Readonly<Partial<Record<ValueType, readonly [number, number]>>> = {
  int: [-(2 ** 31), 2 ** 31 - 1],
  uint: [0, 2 ** 32 - 1],
  hyper: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uhyper: [0, Number.MAX_SAFE_INTEGER],
};

/**
 * Reads one line of the agent's socket: a JSON object with `name` and `value`; the other fields have gmetric's defaults.
 * @throws InputError `metric-invalid`, naming the field, its value and what is wanted
 */
export function parseUserValue(line: string): UserValue {
  const fields = objectOf(line);
  for (const field of Object.keys(fields)) {
    if (!FIELDS.includes(field)) throw invalid(field, `is unknown; known are ${FIELDS.join(', ')}`);
  }
  const name = fields['name'];
  if (typeof name !== 'string' || !isMetricName(name)) {
    throw invalid('name', 'must be letters, digits, _ and :, not starting with a digit', name);
  }
  const type = oneOf('type', fields['type'] ?? 'float', VALUE_TYPES);
  const metric: Metric = {
    name,
    type,
    units: textOf('units', fields['units'], LIMITS.units, ''),
    slope: oneOf('slope', fields['slope'] ?? 'both', SLOPES),
    tmax: secondsOf('tmax', fields['tmax'], 60, 1),
    dmax: secondsOf('dmax', fields['dmax'], 0, 0),
    group: textOf('group', fields['group'], LIMITS.group, 'user'),
    title: textOf('title', fields['title'], LIMITS.title, name),
    description: textOf('description', fields['description'], LIMITS.description, ''),
    labels: labelsOf(fields['labels']),
  };
  return { metric, value: readValue(fields['value'], type) };
}

function objectOf(line: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid('line', 'must be one JSON object');
  }
  return parsed as Readonly<Record<string, unknown>>;
}

function readValue(given: unknown, type: ValueType): number | string {
  if (type === 'string') return textOf('value', given, LIMITS.stringValue, undefined);
  const isNumber = typeof given === 'number' && Number.isFinite(given);
  if (!isNumber) throw invalid('value', `must be a number for type ${type}`, given);
  const range = RANGES[type];
  if (range && !(Number.isInteger(given) && given >= range[0] && given <= range[1])) {
    throw invalid(
      'value',
      `must be whole, from ${range[0]} to ${range[1]}, for type ${type}`,
      given,
    );
  }
  if (type === 'float' && !Number.isFinite(Math.fround(given))) {
    throw invalid('value', 'is too large for type float; use double', given);
  }
  return given;
}

function textOf(field: string, given: unknown, max: number, absent: string | undefined): string {
  const text = given ?? absent;
  if (typeof text !== 'string') throw invalid(field, 'must be a text', given);
  if (Buffer.byteLength(text) > max) throw invalid(field, `must have at most ${max} bytes`, text);
  return text;
}

function oneOf<T extends string>(field: string, given: unknown, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === given);
  if (chosen === undefined) throw invalid(field, `must be one of ${choices.join(', ')}`, given);
  return chosen;
}

function secondsOf(field: string, given: unknown, absent: number, min: number): number {
  const seconds = given ?? absent;
  const isSound =
    typeof seconds === 'number' &&
    Number.isInteger(seconds) &&
    seconds >= min &&
    seconds <= 2 ** 31;
  if (!isSound) throw invalid(field, `must be whole seconds, ${min} or more`, given);
  return seconds;
}

function labelsOf(given: unknown): Labels {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('labels', 'must be an object of texts', given);
  }
  const pairs = Object.entries(given);
  if (pairs.length > LIMITS.labels) throw invalid('labels', `must be at most ${LIMITS.labels}`);
  for (const [name, value] of pairs) {
    if (!isLabelName(name)) {
      throw invalid('labels', 'must have names of letters, digits and _', name);
    }
    textOf(`labels.${name}`, value, LIMITS.labelValue, undefined);
  }
  return given as Labels;
}

function invalid(field: string, wanted: string, given?: unknown): InputError {
  const shown = given === undefined ? '' : ` ${(JSON.stringify(given) ?? '').slice(0, 80)}`;
  return new InputError('metric-invalid', `${field}${shown} ${wanted}`, { field });
}

interface Entry {
  readonly index: number;
  readonly metric: Metric;
  sentMs: number;
}

/** The metrics that scripts send: each value stays until it is too old, each series until its dmax has passed. */
export class UserMetrics implements Source {
  readonly name = 'user';
  readonly everySeconds = 1;
  readonly #table: SourceTable;
  readonly #monotonicMs: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(table: SourceTable, monotonicMs: () => number) {
    this.#table = table;
    this.#monotonicMs = monotonicMs;
  }

  /** @throws InputError `metric-limit` when there are too many, and what `SeriesTable.add` throws */
  set({ metric, value }: UserValue): void {
    const key = seriesKey(metric.name, metric.labels);
    if (!this.#entries.has(key) && this.#entries.size >= USER_METRICS_MAX) throw tooMany();
    const index = this.#table.add(metric);
    if (index < 0) throw tooMany();
    if (typeof value === 'string') this.#table.strings[index] = value;
    else this.#table.numbers[index] = value;
    this.#entries.set(key, { index, metric, sentMs: this.#monotonicMs() });
  }

  /** Lets values and series go whose time is over. */
  read(): void {
    if (this.#entries.size === 0) return;
    const nowMs = this.#monotonicMs();
    for (const [key, { index, metric, sentMs }] of this.#entries) {
      const ageSeconds = (nowMs - sentMs) / 1000;
      if (metric.dmax > 0 && ageSeconds > metric.dmax) {
        // Its place stays for a while: collectors are told to wait no longer.
        this.#table.add({ ...metric, dmax: DMAX_MIN });
        this.#table.remove(index);
        this.#entries.delete(key);
      } else if (ageSeconds > BELIEVED_TMAX * metric.tmax) {
        this.#table.numbers[index] = Number.NaN;
        this.#table.strings[index] = undefined;
      }
    }
  }

  close(): void {
    this.#entries.clear();
  }
}

function tooMany(): InputError {
  return new InputError(
    'metric-limit',
    `this host has ${USER_METRICS_MAX} metrics of its own already. Wait until some have passed their dmax, or use fewer names and labels.`,
  );
}
