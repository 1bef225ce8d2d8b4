import { reasonOf } from '../../base/errors.ts';
import type { ViewAnswer, ViewValues } from '../../wire/views.ts';
import type { QueryAnswer } from '../http/ports.ts';

/** Values of a second come a little after it. */
const SETTLE_MS = 300;
/** Series of one answer; charts draw far fewer, tables page. */
const SERIES_MAX = 1_000;

interface InstantAnswer {
  readonly data: {
    readonly resultType: string;
    readonly result:
      | readonly {
          readonly metric: Record<string, string>;
          readonly value: readonly [number, string];
        }[]
      | readonly [number, string];
  };
}

/** Evaluates expressions once a second however many pages show them: all that ask within a second share one answer. */
export class LiveValues {
  readonly #run: (expr: string, timeS: number) => Promise<QueryAnswer>;
  readonly #nowMs: () => number;
  #timeS = 0;
  #answers = new Map<string, Promise<ViewAnswer>>();

  /** @param run an instant query of Prometheus' API */
  constructor(run: (expr: string, timeS: number) => Promise<QueryAnswer>, nowMs: () => number) {
    this.#run = run;
    this.#nowMs = nowMs;
  }

  /** At the newest second of which all values have had the time to come. */
  async values(exprs: readonly string[]): Promise<ViewValues> {
    const timeS = Math.floor((this.#nowMs() - SETTLE_MS) / 1000);
    if (timeS !== this.#timeS) {
      this.#timeS = timeS;
      this.#answers = new Map();
    }
    const answers = this.#answers;
    const wanted = exprs.map((expr) => {
      const known = answers.get(expr);
      if (known !== undefined) return known;
      const answer = this.#evaluate(expr, timeS);
      answers.set(expr, answer);
      return answer;
    });
    return { timeS, answers: await Promise.all(wanted) };
  }

  async #evaluate(expr: string, timeS: number): Promise<ViewAnswer> {
    try {
      const { status, body } = await this.#run(expr, timeS);
      if (status === 200)
        return { error: null, series: seriesOf(JSON.parse(body) as InstantAnswer) };
      return { error: (JSON.parse(body) as { error: string }).error, series: [] };
    } catch (error) {
      return { error: reasonOf(error), series: [] };
    }
  }
}

function seriesOf({ data }: InstantAnswer): ViewAnswer['series'] {
  if (data.resultType === 'scalar') {
    const [, text] = data.result as readonly [number, string];
    return [{ labels: {}, value: finite(text) }];
  }
  const result = data.result as Extract<typeof data.result, readonly { metric: unknown }[]>;
  return result
    .slice(0, SERIES_MAX)
    .map(({ metric, value }) => ({ labels: metric, value: finite(value[1]) }));
}

function finite(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
