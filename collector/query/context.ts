import type { Annotations } from './annotations.ts';
import type { Expr } from './ast.ts';
import type { Budget } from './budget.ts';
import type { SampleSource } from './source.ts';
import type { Column, Grid, Value } from './value.ts';

/** Times of the whole query, which `@ start()`, `end()`, `step()` and `range()` mean, also inside of subqueries. */
export interface QueryTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** One evaluation: what every part of the evaluator is given. */
export interface Context {
  readonly source: SampleSource;
  readonly times: QueryTimes;
  /** An instant selector finds samples that are younger than this. */
  readonly lookbackMs: number;
  /** How long a series goes on after a sample, when the caller has said so. */
  readonly holdMs: number | undefined;
  /** Step of a subquery that names none. */
  readonly subqueryStepMs: number;
  readonly annotations: Annotations;
  readonly budget: Budget;
  evaluate(expr: Expr, grid: Grid): Value;
  vector(expr: Expr, grid: Grid): Column[];
  /** Gives `use` the columns of a vector one after the other. They are good until it returns and must not be changed. */
  eachColumn(expr: Expr, grid: Grid, use: (column: Column) => void): void;
  scalar(expr: Expr, grid: Grid): Float64Array;
}
