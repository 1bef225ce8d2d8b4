import type { MatrixSeries } from './engine.ts';
import { pointsJson } from './points-json.ts';
import { firstAfter } from './select.ts';

/** Steps of a text. Longer ones are seldom whole, shorter ones are more to put together. */
const RUN_STEPS = 64;

/** Evaluation times whose values will not change, and are all there. Inclusive. */
export interface FinalTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

/**
 * Points of one range query as JSON, in runs of steps: who asks again a second later is told thousands of points that were written before and
 * one that was not, and writing numbers is most of what such an answer costs.
 */
export class PointTexts {
  readonly #stepMs: number;
  /** By the key of the series' labels, then by the number of the run. */
  readonly #bySeries = new Map<string, Map<number, string>>();

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** As `pointsJson` of all points. */
  json(series: MatrixSeries, final: FinalTimes): string {
    const { labels, timesMs } = series;
    const known = this.#runsOf(labels.key);
    const runMs = RUN_STEPS * this.#stepMs;
    const pieces: string[] = [];
    for (let from = 0; from < timesMs.length; ) {
      const run = Math.floor((timesMs[from] as number) / runMs);
      const end = firstAfter(timesMs, (run + 1) * runMs - 1);
      if (this.#isWhole(run * runMs, final)) {
        let text = known.get(run);
        if (text === undefined) {
          text = flat(pointsJson(series, from, end));
          known.set(run, text);
        }
        pieces.push(text);
      } else pieces.push(pointsJson(series, from, end));
      from = end;
    }
    return pieces.join();
  }

  /** All evaluation times of the run are among the final ones. */
  #isWhole(runStartMs: number, { firstMs, lastMs }: FinalTimes): boolean {
    const lastStepMs = runStartMs + (RUN_STEPS - 1) * this.#stepMs;
    return firstMs < runStartMs + this.#stepMs && lastMs >= lastStepMs;
  }

  #runsOf(key: string): Map<number, string> {
    const known = this.#bySeries.get(key);
    if (known) return known;
    const runs = new Map<number, string>();
    this.#bySeries.set(key, runs);
    return runs;
  }
}

/** The same characters (ASCII) in one piece: V8 keeps a text that was appended to as a tree, and walks it each time that it is copied. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
