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

/** Who asks waits no longer than this; slower expressions answer with the value before. */
const WAIT_MS_MAX = 1_000;
const FIRST_IS_SLOW: ViewAnswer = {
  error: 'this takes longer than a second; its first value is on its way',
  series: [],
};
/** Evaluations at a time: the query threads answer others too. */
const PARALLEL_MAX = 4;
/** An expression that nobody asks for is forgotten. */
const KEEP_SECONDS = 30;

interface Expression {
  /** Of the evaluation that runs or was the last one. */
  timeS: number;
  running: Promise<ViewAnswer> | undefined;
  last: ViewAnswer;
}

/** Evaluates expressions once a second however many pages show them, and none twice at the same time. */
export class LiveValues {
  readonly #run: (expr: string, timeS: number) => Promise<QueryAnswer>;
  readonly #nowMs: () => number;
  readonly #expressions = new Map<string, Expression>();
  readonly #waiting: (() => void)[] = [];
  #free = PARALLEL_MAX;

  /** @param run an instant query of Prometheus' API */
  constructor(run: (expr: string, timeS: number) => Promise<QueryAnswer>, nowMs: () => number) {
    this.#run = run;
    this.#nowMs = nowMs;
  }

  /** At the newest second of which all values have had the time to come. */
  async values(exprs: readonly string[]): Promise<ViewValues> {
    const timeS = Math.floor((this.#nowMs() - SETTLE_MS) / 1000);
    for (const [expr, known] of this.#expressions)
      if (known.timeS < timeS - KEEP_SECONDS && known.running === undefined)
        this.#expressions.delete(expr);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS_MAX, null);
    });
    const answers = exprs.map(async (expr) => {
      const expression = this.#at(expr, timeS);
      if (expression.running === undefined) return expression.last;
      return (await Promise.race([expression.running, late])) ?? expression.last;
    });
    try {
      return { timeS, answers: await Promise.all(answers) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Being evaluated for this second, or evaluated already, or still busy with an earlier one. */
  #at(expr: string, timeS: number): Expression {
    const known = this.#expressions.get(expr);
    if (known && (known.timeS === timeS || known.running !== undefined)) return known;
    const expression: Expression = known ?? { timeS, running: undefined, last: FIRST_IS_SLOW };
    expression.timeS = timeS;
    expression.running = this.#evaluate(expr, timeS).then((answer) => {
      expression.last = answer;
      expression.running = undefined;
      return answer;
    });
    this.#expressions.set(expr, expression);
    return expression;
  }

  async #evaluate(expr: string, timeS: number): Promise<ViewAnswer> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const { status, body } = await this.#run(expr, timeS);
      if (status === 200)
        return { error: null, series: seriesOf(JSON.parse(body) as InstantAnswer) };
      return { error: (JSON.parse(body) as { error: string }).error, series: [] };
    } catch (error) {
      return { error: reasonOf(error), series: [] };
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
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
