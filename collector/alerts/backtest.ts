import { evaluateRange, type MatrixSeries, prepare } from '../query/engine.ts';
import { type Labels, METRIC_NAME } from '../query/labels.ts';
import type { SampleSource } from '../query/source.ts';
import { presenceOf } from './presence.ts';
import type { AlertingRule, OnMissing } from './rule.ts';
import {
  type Absence,
  type AlertInstance,
  isFiring,
  miss,
  type Observation,
  observe,
} from './state.ts';

/** The past that a rule is replayed over. Times in ms since the epoch; both ends are evaluated. */
export interface BacktestRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export interface Firing {
  readonly fromMs: number;
  /** undefined = it still fires at the end. */
  readonly toMs: number | undefined;
}

/** One alert of the rule over the whole range. */
export interface AlertBacktest {
  readonly labels: Readonly<Record<string, string>>;
  readonly firings: readonly Firing[];
  /** As it stands at the end; undefined = there is no alert. */
  readonly last: AlertInstance | undefined;
}

export interface BacktestPorts {
  readonly source: SampleSource;
  readonly isCanceled?: () => boolean;
}

/**
 * A rule's expressions over the past, evaluated once; it can then be replayed with another `for` at no cost. The states come from the
 * functions that evaluate rules live, so that a replay with their interval as step equals what they did.
 */
export class Backtest {
  readonly #rule: AlertingRule;
  readonly #range: BacktestRange;
  readonly #onMissing: OnMissing;
  readonly #matching: ReadonlyMap<string, Steps>;
  readonly #present: ReadonlyMap<string, Steps> | undefined;
  readonly #resolving: ReadonlyMap<string, Steps> | undefined;

  /** @throws QueryError */
  constructor(rule: AlertingRule, range: BacktestRange, ports: BacktestPorts) {
    this.#rule = rule;
    this.#range = range;
    this.#onMissing = rule.onMissing ?? 'keep';
    this.#matching = stepsOf(rule.expr, range, ports);
    const presence = this.#onMissing === 'resolve' ? undefined : presenceOf(rule.expr);
    // Only what ever matched can change, unless missing data is itself a reason to fire.
    const isNeeded = this.#matching.size > 0 || this.#onMissing === 'fire';
    this.#present = presence && isNeeded ? stepsOf(presence, range, ports) : undefined;
    this.#resolving = rule.resolve === undefined ? undefined : stepsOf(rule.resolve, range, ports);
  }

  /** @param forMs instead of the rule's own `for` */
  replay(forMs = this.#rule.forMs): readonly AlertBacktest[] {
    const all =
      this.#onMissing === 'fire' ? [...this.#matching, ...(this.#present ?? [])] : this.#matching;
    return [...new Map(all)].map(([key, { labels }]) => this.#replayOne(key, labels, forMs));
  }

  #replayOne(key: string, sampleLabels: Labels, forMs: number): AlertBacktest {
    const { startMs, stepMs } = this.#range;
    const timing = {
      forMs,
      keepFiringForMs: this.#rule.keepFiringForMs,
      // What flaps is counted, not hidden.
      flapLimits: undefined,
    };
    const labels = this.#labels(sampleLabels);
    const matching = this.#matching.get(key)?.values;
    const firings: Firing[] = [];
    let instance: AlertInstance | undefined;
    let firedMs: number | undefined;
    let wasPresent = false;
    for (let step = 0; step < stepCount(this.#range); step++) {
      const timeMs = startMs + step * stepMs;
      const isPresent = this.#isPresent(key, step);
      wasPresent ||= isPresent;
      const value = matching?.[step] ?? Number.NaN;
      const matches = hasValue(matching, step);
      const isGone = this.#onMissing === 'fire' && wasPresent && !isPresent;
      if (matches || isGone) {
        const seen: Observation = { labels, sampleLabels, annotations: {}, value };
        instance = observe(instance, seen, timing, timeMs);
      } else if (instance)
        instance = miss(instance, this.#absence(key, step, instance), timing, timeMs);
      else continue;
      const fires = instance !== undefined && isFiring(instance);
      if (fires && firedMs === undefined) firedMs = timeMs;
      if (!fires && firedMs !== undefined) {
        firings.push({ fromMs: firedMs, toMs: timeMs });
        firedMs = undefined;
      }
    }
    if (firedMs !== undefined) firings.push({ fromMs: firedMs, toMs: undefined });
    return { labels: labels.toObject(), firings, last: instance };
  }

  #absence(key: string, step: number, instance: AlertInstance): Absence {
    if (instance.state === 'inactive') return 'cleared';
    if (this.#onMissing === 'keep' && !this.#isPresent(key, step)) return 'missing';
    const isHeld =
      isFiring(instance) && this.#resolving && !hasValue(this.#resolving.get(key)?.values, step);
    return isHeld ? 'held' : 'cleared';
  }

  #isPresent(key: string, step: number): boolean {
    return this.#present === undefined || hasValue(this.#present.get(key)?.values, step);
  }

  /** Templates in labels are shown as they are written: they belong to one moment. */
  #labels(sampleLabels: Labels): Labels {
    const own = [...this.#rule.labels].map(([name, { text }]) => [name, text] as const);
    return sampleLabels.withAll([...own, ['alertname', this.#rule.name]]);
  }
}

/** One element of an expression's result over the grid of evaluation times. */
interface Steps {
  readonly labels: Labels;
  /** undefined where it has no value. NaN is a value. */
  readonly values: readonly (number | undefined)[];
}

const WITHOUT_NAME: ReadonlySet<string> = new Set([METRIC_NAME]);

function stepsOf(
  expr: string,
  range: BacktestRange,
  ports: BacktestPorts,
): ReadonlyMap<string, Steps> {
  const { value } = evaluateRange(prepare(expr), { ...range, ...ports });
  const byKey = new Map<string, { labels: Labels; values: (number | undefined)[] }>();
  if (value.type !== 'matrix') return byKey;
  for (const series of value.series) {
    const labels = series.labels.without(WITHOUT_NAME);
    const steps = byKey.get(labels.key) ?? { labels, values: [] };
    place(series, steps.values, range);
    byKey.set(labels.key, steps);
  }
  return byKey;
}

function place(
  { timesMs, values }: MatrixSeries,
  into: (number | undefined)[],
  range: BacktestRange,
): void {
  for (let i = 0; i < timesMs.length; i++) {
    into[Math.round(((timesMs[i] as number) - range.startMs) / range.stepMs)] = values[i];
  }
}

function hasValue(values: readonly (number | undefined)[] | undefined, step: number): boolean {
  return values?.[step] !== undefined;
}

function stepCount({ startMs, endMs, stepMs }: BacktestRange): number {
  return Math.floor((endMs - startMs) / stepMs) + 1;
}
