import type { Annotation } from './annotations.ts';
import {
  evaluateRange,
  type MatrixSeries,
  type Prepared,
  type QueryResult,
  type RangeOptions,
} from './engine.ts';
import { Labels } from './labels.ts';
import { between, joined } from './matrix-parts.ts';
import { planQuery, type SelectorPlan } from './plan.ts';
import { PointTexts } from './point-texts.ts';

/** What tells whether a result is still good. */
export interface RangeCachePorts {
  nowMs(): number;
  /** The last seconds, of which samples may still come: from which one to which one. Seconds since the epoch. */
  unsettled(): readonly [fromS: number, newestS: number];
  /** The same number as before when no samples have come for a second since; NaN when that is not known. */
  arrivals(second: number): number;
  /** Another one after series have come, gone or got other labels. */
  generation(): number;
  /** Grows when samples of the past have come. */
  lateValues(): number;
}

/** The last seconds before a result was evaluated: from `fromS` on, what the ports said of the arrivals for each. */
interface Unsettled {
  readonly fromS: number;
  readonly arrivals: readonly number[];
}

/** What was evaluated, in a form that does not depend on the thread. */
interface Evaluated {
  readonly annotations: readonly Annotation[];
  /** First and last evaluation time that is kept; the series may go on beyond. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** How long the range was that was asked for. */
  readonly rangeMs: number;
  readonly unsettled: Unsettled;
  /** What the selectors read. */
  readonly archives: string;
  readonly values: number;
  /** When the oldest part was evaluated, and what the ports said then. */
  readonly madeMs: number;
  readonly lateValues: number;
}

interface Kept extends Evaluated {
  readonly series: readonly MatrixSeries[];
  readonly generation: number;
  readonly texts: PointTexts | undefined;
}

/** A small result for the cache of another thread over the same data. */
export interface SharedRange extends Evaluated {
  readonly key: string;
  readonly series: readonly (Omit<MatrixSeries, 'labels'> & {
    readonly labels: Readonly<Record<string, string>>;
  })[];
}

/** Values that are kept: 16 MB with their times, where no texts are. */
const VALUES_MAX = 1_000_000;
/** A result that is larger is not kept: it would displace all others. */
const RESULT_VALUES_MAX = 500_000;
/** Of smaller results the texts are kept, each as large as three values. */
const TEXTS_VALUES_MAX = 20_000;
const VALUES_PER_TEXT = 3;
/** What is larger is not worth copying to another thread. */
const SHARED_VALUES_MAX = 10_000;
/** How long a result is good, and how long when samples of the past have come since. */
const TTL_MS = 60_000;
const CHANGED_TTL_MS = 10_000;

/** Functions of the query's own times: their value at one time is another one in another range. */
const OF_THE_RANGE = /\b(?:start|end|step|range)\s*\(/i;

/**
 * Results of range queries. A dashboard asks for the same range again, a second later: what was evaluated is taken from the last answer, and only
 * the steps since are evaluated.
 */
export class RangeCache {
  readonly #ports: RangeCachePorts;
  /** The longest unused first. */
  readonly #kept = new Map<string, Kept>();
  #values = 0;
  /** Of what was kept last, until it is taken. */
  #newestKey: string | undefined;

  constructor(ports: RangeCachePorts) {
    this.#ports = ports;
  }

  /** As in the ports; for `adopt`. */
  get generation(): number {
    return this.#ports.generation();
  }

  /**
   * As `evaluateRange`.
   * @param plan  plans the whole query; is not called when a range as long was answered a moment ago: it would read as much from the same archives
   * @param check is told what will be read, before it is; what it throws ends the query
   */
  evaluate(
    prepared: Prepared,
    options: RangeOptions & { readonly lookbackMs: number },
    plan: () => readonly SelectorPlan[],
    check: (plans: readonly SelectorPlan[]) => void = () => {},
  ): QueryResult {
    const { startMs, endMs, stepMs, holdMs = '' } = options;
    const key = `${stepMs} ${startMs % stepMs} ${holdMs} ${prepared.text}`;
    const kept = this.#good(key, options);
    const continued = () => kept && this.#continued(key, prepared, options, kept, check);
    const result = kept?.rangeMs === endMs - startMs ? continued() : undefined;
    if (result) return result;
    const plans = plan();
    const whole = () => {
      check(plans);
      return evaluateRange(prepared, options);
    };
    if (OF_THE_RANGE.test(prepared.text) || plans.some(({ isOfTheRange }) => isOfTheRange))
      return whole();
    const archives = archivesOf(plans);
    if (kept?.archives === archives) return continued() ?? whole();
    const unsettled = this.#unsettled(plans.every(({ rowSeconds }) => rowSeconds === 1));
    const made = whole();
    return { ...made, ...this.#keep(key, made, { ...options, archives, unsettled }) };
  }

  /** What is kept, and of the rest of the range what is evaluated now. @returns undefined when that would be answered from other archives */
  #continued(
    key: string,
    prepared: Prepared,
    options: RangeOptions & { readonly lookbackMs: number },
    kept: Kept,
    check: (plans: readonly SelectorPlan[]) => void,
  ): QueryResult | undefined {
    const { archives } = kept;
    const gaps = gapsOf(kept, options).map((gap) => ({ ...options, ...gap }));
    const plans = gaps.map((gap) => planQuery(prepared, gap));
    if (plans.some((some) => archivesOf(some) !== archives)) return undefined;
    check(plans.flat());
    const unsettled = this.#unsettled(kept.unsettled.arrivals.length > 0);
    const result = joined(
      kept,
      gaps.map((gap) => evaluateRange(prepared, gap)),
    );
    return {
      ...result,
      ...this.#keep(key, result, { ...options, archives, unsettled }, kept),
      value: between(result.value, options.startMs, options.endMs),
    };
  }

  /** What was kept last, once, if it is small. */
  takeNewest(): SharedRange | undefined {
    const key = this.#newestKey;
    this.#newestKey = undefined;
    const kept = key !== undefined && this.#kept.get(key);
    if (!kept || countOf(kept.series) > SHARED_VALUES_MAX) return undefined;
    const { texts: _, generation: __, series, ...evaluated } = kept;
    return {
      ...evaluated,
      key: key as string,
      series: series.map(({ labels, timesMs, values }) => ({
        labels: labels.toObject(),
        timesMs: timesMs.slice(), // a view would be copied with all that it is a view of
        values: values.slice(),
      })),
    };
  }

  /** Keeps what another thread has evaluated. @param generation ours before it was asked for */
  adopt({ key, series, ...evaluated }: SharedRange, generation: number): void {
    if (generation !== this.#ports.generation()) return;
    this.#set(key, {
      ...evaluated,
      generation,
      texts: undefined,
      series: series.map((one) => ({ ...one, labels: Labels.from(one.labels) })),
    });
  }

  /** What is kept of the query, when it reaches into the range and is still good. */
  #good(key: string, { startMs, endMs, stepMs }: RangeOptions): Kept | undefined {
    const all = this.#kept.get(key);
    if (!all) return undefined;
    const kept = { ...all, lastMs: this.#lastUnchanged(all, stepMs) };
    if (kept.lastMs < kept.firstMs) return undefined;
    if (startMs > kept.lastMs + stepMs || endMs < kept.firstMs - stepMs) return undefined;
    const hasChanged = kept.lateValues !== this.#ports.lateValues();
    const isGood =
      kept.generation === this.#ports.generation() &&
      this.#ports.nowMs() < kept.madeMs + (hasChanged ? CHANGED_TTL_MS : TTL_MS);
    return isGood ? kept : undefined;
  }

  /** @param isBySecond false = values are of rows that go on, whatever has come so far: nothing of the last seconds is known for good */
  #unsettled(isBySecond: boolean): Unsettled {
    const [fromS, newestS] = this.#ports.unsettled();
    if (!isBySecond) return { fromS, arrivals: [] };
    const arrivals: number[] = [];
    for (let at = fromS; at <= newestS; at += 1) arrivals.push(this.#ports.arrivals(at));
    return { fromS, arrivals };
  }

  /** The last evaluation time up to which no sample has come since. */
  #lastUnchanged({ firstMs, lastMs, unsettled }: Kept, stepMs: number): number {
    const { fromS, arrivals } = unsettled;
    const changed = arrivals.findIndex((one, at) => one !== this.#ports.arrivals(fromS + at));
    if (changed < 0) return lastMs;
    return Math.min(lastMs, stepUntil((fromS + changed) * 1000 - 1, firstMs, stepMs));
  }

  /** Keeps a result up to the newest second. @returns how to write its points @param before what it continues */
  #keep(
    key: string,
    { value, annotations }: QueryResult,
    asked: Range & Pick<Kept, 'archives' | 'unsettled'>,
    before?: Kept,
  ): Pick<QueryResult, 'pointsJson'> {
    const { startMs, endMs, stepMs, archives, unsettled } = asked;
    const lastAskedMs = lastStepOf(asked);
    const firstMs = Math.min(startMs, before?.firstMs ?? startMs);
    const lastOfAllMs = Math.max(lastAskedMs, before?.lastMs ?? lastAskedMs);
    const newestMs = (unsettled.fromS + unsettled.arrivals.length) * 1000 - 1;
    const lastMs = Math.min(lastOfAllMs, stepUntil(newestMs, firstMs, stepMs));
    if (value.type !== 'matrix' || lastMs < firstMs) return {};
    const { series } = value;
    const count = countOf(series);
    const texts = count <= TEXTS_VALUES_MAX ? (before?.texts ?? new PointTexts(stepMs)) : undefined;
    this.#set(key, {
      series,
      annotations,
      firstMs,
      lastMs,
      rangeMs: endMs - startMs,
      unsettled,
      archives,
      values: texts ? count * (1 + VALUES_PER_TEXT) : count,
      madeMs: before?.madeMs ?? this.#ports.nowMs(),
      generation: this.#ports.generation(),
      lateValues: before?.lateValues ?? this.#ports.lateValues(),
      texts,
    });
    this.#newestKey = key;
    const settledMs = stepUntil(unsettled.fromS * 1000 - 1, firstMs, stepMs);
    const final = { firstMs: startMs, lastMs: Math.min(lastAskedMs, settledMs) };
    return texts ? { pointsJson: (one) => texts.json(one, final) } : {};
  }

  #set(key: string, kept: Kept): void {
    this.#forget(key);
    if (kept.values > RESULT_VALUES_MAX) return;
    this.#values += kept.values;
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#values <= VALUES_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#values -= this.#kept.get(key)?.values ?? 0;
    this.#kept.delete(key);
  }
}

/** Values of the series; a series without many is as large as one more. */
function countOf(series: readonly MatrixSeries[]): number {
  return series.reduce((sum, one) => sum + one.values.length, series.length);
}

function archivesOf(plans: readonly SelectorPlan[]): string {
  return plans.map(({ archive }) => archive).join();
}

type Range = Pick<RangeOptions, 'startMs' | 'endMs' | 'stepMs'>;

interface Gap {
  readonly startMs: number;
  readonly endMs: number;
}

/** The last evaluation time. */
function lastStepOf({ startMs, endMs, stepMs }: Range): number {
  return stepUntil(endMs, startMs, stepMs);
}

/** The last of `firstMs`, `firstMs + stepMs`… that is not after `timeMs`. */
function stepUntil(timeMs: number, firstMs: number, stepMs: number): number {
  return firstMs + Math.floor((timeMs - firstMs) / stepMs) * stepMs;
}

/** The evaluation times before and after those that are kept. */
function gapsOf({ firstMs, lastMs }: Kept, { startMs, endMs, stepMs }: RangeOptions): Gap[] {
  const before = { startMs, endMs: firstMs - stepMs };
  const after = { startMs: lastMs + stepMs, endMs };
  return [before, after].filter((gap) => gap.startMs <= gap.endMs);
}
