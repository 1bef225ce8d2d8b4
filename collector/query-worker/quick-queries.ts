import type { QueryAnswer, QueryRunner, QueryTask } from '../http/ports.ts';
import { childrenOf, type Expr } from '../query/ast.ts';
import { METRIC_NAME } from '../query/labels.ts';
import type { Matcher } from '../query/matcher.ts';
import type { SelectorPlan } from '../query/plan.ts';
import type { QueryPool } from './pool.ts';
import type { QueryData } from './query-data.ts';
import { runTask } from './run-task.ts';

/** Characters of a request's parameters: a long text is many operations, whatever they read. */
const PARAMS_LENGTH_MAX = 1000;
/** Values that may be looked at: some milliseconds at worst, when blocks must be decoded. */
const WORK_MAX = 50_000;
/** A series costs as much as so many of its values: its labels are in the answer, and the blocks that hold it must be found and opened. */
const WORK_PER_SERIES = 10;
const WORK_PER_STORED_SERIES = 500;

/** Thrown and caught here alone. */
class NotQuick extends Error {}

/**
 * Answers PromQL queries that cost less than the way to a query thread and back, at once and in the thread that calls; everything else
 * goes on to `rest`. Which of the two is decided by what a query would read besides what is kept of an earlier answer, before anything is read.
 */
export class QuickQueries implements QueryRunner {
  readonly #data: QueryData;
  readonly #rest: Pick<QueryPool, 'run'>;

  constructor(data: QueryData, rest: Pick<QueryPool, 'run'>) {
    this.#data = { ...data, gate: { checkExpr, checkPlans } };
    this.#rest = rest;
  }

  async run(task: QueryTask, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#atOnce(task) ?? this.#elsewhere(task, signal);
  }

  /** What a thread has evaluated is kept here too: of the next such query little may be left to do. */
  async #elsewhere(task: QueryTask, signal: AbortSignal): Promise<QueryAnswer> {
    const { cache } = this.#data;
    const generation = cache?.generation ?? 0;
    const { kept, ...answer } = await this.#rest.run(task, signal);
    if (kept) cache?.adopt(kept, generation);
    return answer;
  }

  #atOnce(task: QueryTask): QueryAnswer | undefined {
    if (!mayBeQuick(task)) return undefined;
    try {
      return runTask(task, this.#data, () => false);
    } catch (error) {
      if (error instanceof NotQuick) return undefined;
      throw error;
    }
  }
}

/** Series of rules come with the task, any number of them. */
function mayBeQuick(task: QueryTask): boolean {
  return (
    task.kind === 'prometheus' &&
    (task.path === 'query' || task.path === 'query_range') &&
    task.params.length <= PARAMS_LENGTH_MAX &&
    task.recorded.length === 0
  );
}

/** @throws NotQuick */
function checkExpr(expr: Expr): void {
  if (!isPlain(expr)) throw new NotQuick();
}

/** @throws NotQuick */
function checkPlans(plans: readonly SelectorPlan[]): void {
  const work = plans.reduce((sum, plan) => sum + workOf(plan), 0);
  if (work > WORK_MAX) throw new NotQuick();
}

/** Values read, or evaluated where these are more, each as often as windows overlap. */
function workOf({ series, stored = series, samples, hints }: SelectorPlan): number {
  const { afterMs, firstMs = afterMs, untilMs, stepMs, rangeMs } = hints;
  const points = stepMs === 0 ? 1 : (untilMs - firstMs) / stepMs;
  const overlap = stepMs === 0 ? 1 : Math.max(1, rangeMs / stepMs);
  const finding = (series - stored) * WORK_PER_SERIES + stored * WORK_PER_STORED_SERIES;
  return finding + Math.max(samples, series * points) * overlap;
}

/** True when the plans tell what an expression costs: its metrics are named, so that not all series are tried, and no subquery has steps of its own. */
function isPlain(expr: Expr): boolean {
  if (expr.kind === 'subquery') return false;
  return expr.kind === 'selector' ? expr.matchers.some(isOfNames) : childrenOf(expr).every(isPlain);
}

function isOfNames({ name, alternatives }: Matcher): boolean {
  return name === METRIC_NAME && alternatives !== undefined;
}
