import { InputError } from '../../base/errors.ts';
import { ownText } from '../../base/own-text.ts';
import { isLabelName, type Labels, LIMITS, type Metric } from '../../wire/metric.ts';

/** What is known of a metric besides its name; the interval of one without `tmax` is learned. */
export type Meaning = Pick<Metric, 'slope' | 'units' | 'description'> &
  Partial<Pick<Metric, 'tmax' | 'dmax' | 'group' | 'title'>>;

/** Of protocols that do not tell whether a value is a counter. */
export const UNTOLD: Meaning = { slope: 'unspecified', units: '', description: '' };
export const GAUGE: Meaning = { ...UNTOLD, slope: 'both' };
export const COUNTER: Meaning = { ...UNTOLD, slope: 'positive' };

/** One value as another monitoring program sent it. */
export interface ReceivedSample {
  readonly host: string;
  readonly name: string;
  readonly labels: Labels;
  readonly meaning: Meaning;
  /** NaN = the series has ended. */
  readonly value: number | string;
  /** Milliseconds since the epoch; undefined = now. */
  readonly timeMs: number | undefined;
  /** How long the value counts as known after it came; five minutes when absent. */
  readonly holdMs?: number;
}

/** What takes samples in. */
export interface SampleTaker {
  /** @throws InputError `inlet-sample`, `inlet-limit` */
  take(sample: ReceivedSample): void;
}

/** Samples of another time are refused: what is taken in is the present. Received values also count as known for so long. */
export const AGE_MS_MAX = 300_000;

/** A name that PromQL can select: what cannot stand in one becomes `_`. */
export function metricName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_:]/g, '_');
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** The same for a label. */
export function labelName(text: string): string {
  return metricName(text).replaceAll(':', '_');
}

/** @throws InputError `inlet-sample` with field, value and limit */
export function checkSample(
  { host, name, labels, value, timeMs }: ReceivedSample,
  nowMs: number,
): void {
  checkText('host', host, LIMITS.hostName);
  checkText('metric', name, LIMITS.metricName);
  const pairs = Object.entries(labels);
  if (pairs.length > LIMITS.labels) {
    throw refused('labels', `${name} has ${pairs.length}, the limit is ${LIMITS.labels}`);
  }
  for (const [label, text] of pairs) {
    if (!isLabelName(label)) {
      throw refused(
        'label',
        `${shown(label)} is no name of at most ${LIMITS.labelName} characters`,
      );
    }
    checkText(`label ${label}`, text, LIMITS.labelValue);
  }
  if (typeof value === 'string') checkLength('value', value, LIMITS.stringValue);
  else if (!Number.isFinite(value) && !Number.isNaN(value)) {
    throw refused('value', `${name} is ${value}, which cannot be stored`);
  }
  const ageMs = nowMs - (timeMs ?? nowMs);
  if (Math.abs(ageMs) > AGE_MS_MAX) {
    throw refused(
      'time',
      `${name} is ${Math.round(ageMs / 1000)} s old, at most ${AGE_MS_MAX / 1000} s from now are taken in; check the sender's clock`,
    );
  }
}

/** @throws InputError `inlet-sample` */
export function checkText(field: string, text: string, bytesMax: number): void {
  if (text === '') throw refused(field, 'is empty');
  checkLength(field, text, bytesMax);
}

function checkLength(field: string, text: string, bytesMax: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax) {
    throw refused(field, `${shown(text)} has ${bytes} bytes, the limit is ${bytesMax}`);
  }
}

/** Nothing rather than half of a text. */
export function upTo(bytesMax: number, text: string): string {
  return Buffer.byteLength(text) <= bytesMax ? text : '';
}

/** A copy that does not keep the message that the labels came in. */
export function ownLabels(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [ownText(label), ownText(value)]),
  );
}

/** @throws InputError `inlet-sample` */
export function numberOf(field: string, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw refused(field, `${shown(text)} is no number`);
  return value;
}

export function refused(field: string, reason: string): InputError {
  return new InputError('inlet-sample', `${field}: ${reason}`, { field });
}

/** A text of a peer in a message: quoted, and not longer than a line. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
