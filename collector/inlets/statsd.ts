import { InputError } from '../../base/errors.ts';
import { ownText } from '../../base/own-text.ts';
import { seriesKey } from '../../wire/metric.ts';
import { AGE_MS_MAX, checkSample, GAUGE, ownLabels, type SampleTaker } from './received-sample.ts';
import type { StatsdLine } from './statsd-line.ts';

/** How often what programs sent becomes samples, as in StatsD itself. */
export const FLUSH_MS = 10_000;
/** Series of all senders. */
const SERIES_MAX = 20_000;
/** Of one timer or set in one interval; more are counted, but not looked at. */
const VALUES_MAX = 10_000;

interface Collected {
  readonly kind: StatsdLine['kind'];
  readonly host: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  usedMs: number;
  /** Sum of a counter, value of a gauge. */
  value: number;
  count: number;
  readonly timings: number[];
  readonly members: Set<string>;
}

/** Collects what programs send until it becomes samples. */
export class StatsdCollection {
  readonly #series = new Map<string, Collected>();

  /**
   * @param sender host of values that name none
   * @throws InputError `inlet-limit`, `inlet-sample`
   */
  take(line: StatsdLine, sender: string, nowMs: number): void {
    const collected = this.#find(line, sender);
    collected.usedMs = nowMs;
    collected.count += 1;
    switch (line.kind) {
      case 'counter':
        collected.value += line.add;
        break;
      case 'gauge':
        collected.value = line.isChange ? collected.value + line.value : line.value;
        break;
      case 'timer':
        if (collected.timings.length < VALUES_MAX) collected.timings.push(line.value);
        break;
      case 'set':
        if (collected.members.size < VALUES_MAX) collected.members.add(ownText(line.member));
    }
  }

  /** Gives the samples of the interval that ends now. Counters become rates per second; a series ends when nobody has sent it for long. */
  flush(into: SampleTaker, nowMs: number): void {
    for (const [key, collected] of this.#series) {
      const { host, labels } = collected;
      if (nowMs - collected.usedMs > AGE_MS_MAX) this.#series.delete(key);
      else {
        for (const [name, value] of valuesOf(collected)) {
          into.take({ host, name, labels, meaning: GAUGE, value, timeMs: undefined });
        }
      }
      collected.count = 0;
      collected.timings.length = 0;
      collected.members.clear();
      if (collected.kind === 'counter') collected.value = 0;
    }
  }

  #find({ kind, name, tags }: StatsdLine, sender: string): Collected {
    const { host = sender, ...labels } = Object.fromEntries(tags);
    const key = `${kind} ${host} ${seriesKey(name, labels)}`;
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= SERIES_MAX) {
      throw new InputError(
        'inlet-limit',
        `series: StatsD has ${SERIES_MAX} already, which is the limit; ${name} is refused`,
        { field: 'series' },
      );
    }
    checkSample({ host, name, labels, meaning: GAUGE, value: 0, timeMs: undefined }, 0);
    const collected = {
      kind,
      host: ownText(host),
      name: ownText(name),
      labels: ownLabels(labels),
      usedMs: 0,
      value: 0,
      count: 0,
      timings: [],
      members: new Set<string>(),
    };
    this.#series.set(ownText(key), collected);
    return collected;
  }
}

function valuesOf({
  kind,
  name,
  value,
  count,
  timings,
  members,
}: Collected): (readonly [name: string, value: number])[] {
  const perSecond = 1000 / FLUSH_MS;
  switch (kind) {
    case 'counter':
      return [[name, value * perSecond]];
    case 'gauge':
      return [[name, value]];
    case 'set':
      return [[name, members.size]];
    case 'timer': {
      const rate = [`${name}_rate`, count * perSecond] as const;
      if (timings.length === 0) return [rate];
      const sorted = timings.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
      const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
      return [
        rate,
        [`${name}_mean`, mean],
        [`${name}_p50`, at(0.5)],
        [`${name}_p95`, at(0.95)],
        [`${name}_max`, at(1)],
      ];
    }
  }
}
