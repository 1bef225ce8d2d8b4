import { Annotations } from './annotations.ts';
import type { Expr } from './ast.ts';
import { unwrap } from './ast.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './budget.ts';
import type { QueryTimes } from './context.ts';
import { type Prepared, SUBQUERY_STEP_MS } from './engine.ts';
import { QueryError } from './errors.ts';
import { Evaluation } from './evaluate.ts';
import type { Labels } from './labels.ts';
import type { Matcher } from './matcher.ts';
import { rangeVector } from './select.ts';
import type { SampleSeries, SampleSource, SelectHints, SelectPlan } from './source.ts';
import type { Grid } from './value.ts';

/** What one selector of a query would read. */
export interface SelectorPlan extends SelectPlan {
  /** The selector's matchers, as `{__name__="up"}`. */
  readonly selector: string;
  readonly hints: SelectHints;
}

export interface PlanOptions extends QueryTimes {
  readonly source: SampleSource;
  readonly lookbackMs: number;
  readonly subqueryStepMs?: number;
}

/** What a query would read, without reading it: the query runs over a source that only takes note. */
export function planQuery(
  prepared: Prepared,
  { source, lookbackMs, subqueryStepMs = SUBQUERY_STEP_MS, ...times }: PlanOptions,
): SelectorPlan[] {
  const notes = new NotingSource(source);
  const evaluation = new Evaluation({
    source: notes,
    times,
    lookbackMs,
    subqueryStepMs,
    annotations: new Annotations(),
    budget: new Budget(DEFAULT_LIMITS),
    invariant: prepared.invariant,
  });
  const { startMs, endMs, stepMs } = times;
  const count = stepMs === 0 ? 1 : Math.floor((endMs - startMs) / stepMs) + 1;
  visit(prepared.expr, evaluation, { startMs, stepMs, count });
  return notes.plans;
}

function visit(expr: Expr, evaluation: Evaluation, grid: Grid): void {
  const bare = unwrap(expr);
  if (bare.kind === 'range' || bare.kind === 'subquery') rangeVector(evaluation, bare, grid, '');
  else evaluation.evaluate(expr, grid);
}

/** @throws QueryError `query-limit` when all selectors together would read more than the limits allow */
export function refuseTooLarge(plans: readonly SelectorPlan[], limits: Limits): void {
  const budget = new Budget(limits);
  for (const { series, samples } of plans) {
    budget.addSeries(series);
    budget.addSamples(samples);
  }
}

class NotingSource implements SampleSource {
  readonly plans: SelectorPlan[] = [];
  readonly #source: SampleSource;

  constructor(source: SampleSource) {
    this.#source = source;
  }

  plan(matchers: readonly Matcher[], hints: SelectHints): SelectPlan {
    return this.#source.plan(matchers, hints);
  }

  select(matchers: readonly Matcher[], hints: SelectHints): readonly SampleSeries[] {
    if (this.plans.length >= SELECTORS_MAX)
      throw new QueryError(
        'query-limit',
        `the query has more than ${SELECTORS_MAX} selectors; split it`,
      );
    const selector = `{${matchers.map(String).join(', ')}}`;
    this.plans.push({ selector, hints, ...this.#source.plan(matchers, hints) });
    return [];
  }

  series(): readonly Labels[] {
    return [];
  }
}

/** More selectors in one query are no question that a person has. */
const SELECTORS_MAX = 1000;
