import { LIMITS } from '../../wire/metric.ts';
import { COUNTER, GAUGE, type Meaning, UNTOLD, upTo } from './received-sample.ts';

/** Types that remote write tells, in the order of their numbers. Source: prometheus/prompb, types.proto, MetricMetadata */
export const FAMILY_TYPES = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const;

/** What remote write tells of a family of metrics: a histogram `x` stands for `x_bucket`, `x_count` and `x_sum`. */
export interface Family {
  readonly name: string;
  readonly type: (typeof FAMILY_TYPES)[number];
  readonly help: string;
  readonly unit: string;
}

/** Families that are known at a time; the oldest go. */
const FAMILIES_MAX = 10_000;
const PART = /^(.+)_(total|bucket|count|sum)$/;

/** What senders have told of their metrics. They do so in requests of their own, once a minute: samples come before, and go by their names until then. */
export class Families {
  readonly #byName = new Map<string, Family>();

  /** One whose name is too long for a series is passed over. */
  learn({ name, type, help, unit }: Family): void {
    if (Buffer.byteLength(name) > LIMITS.metricName) return;
    const family = {
      name,
      type,
      help: upTo(LIMITS.description, help),
      unit: upTo(LIMITS.units, unit),
    };
    this.#byName.delete(name);
    this.#byName.set(name, family);
    const [oldest] = this.#byName.keys();
    if (this.#byName.size > FAMILIES_MAX && oldest !== undefined) this.#byName.delete(oldest);
  }

  /** @param name of a series, such as `http_seconds_bucket`, whose family may be `http_seconds` */
  meaning(name: string): Meaning {
    const [, stem = '', suffix] = PART.exec(name) ?? [];
    const family = this.#byName.get(name) ?? this.#byName.get(stem);
    const isNamedCounter = suffix !== undefined;
    if (!family) return isNamedCounter ? COUNTER : UNTOLD;
    return {
      slope: slopeOf(family, { isOwn: family.name === name, isNamedCounter }),
      units: family.unit,
      description: family.help,
    };
  }
}

function slopeOf(
  { type }: Family,
  { isOwn, isNamedCounter }: { readonly isOwn: boolean; readonly isNamedCounter: boolean },
): Meaning['slope'] {
  if (type === 'unknown') return (isNamedCounter ? COUNTER : UNTOLD).slope;
  const isCounter = type === 'counter' || (!isOwn && (type === 'histogram' || type === 'summary'));
  return (isCounter ? COUNTER : GAUGE).slope;
}
