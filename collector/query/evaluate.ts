import { aggregate } from './aggregate.ts';
import type { Annotations } from './annotations.ts';
import { type CallExpr, type Expr, unwrap } from './ast.ts';
import { binary } from './binary.ts';
import type { Budget } from './budget.ts';
import type { Context, QueryTimes } from './context.ts';
import { executionError } from './errors.ts';
import { histogramCall } from './histogram-call.ts';
import { refuseHistograms, withoutHistograms } from './histogram-use.ts';
import { infoCall } from './info.ts';
import { instantCall, scalarCall } from './instant-call.ts';
import { labelJoin, labelReplace } from './label-call.ts';
import { rangeCall } from './range-call.ts';
import { eachInstantColumn, instantVector } from './select.ts';
import { SIGNATURES } from './signatures.ts';
import { sortCall } from './sort-call.ts';
import type { SampleSource } from './source.ts';
import { broadcast, type Column, type Grid, type Value } from './value.ts';

/** What an evaluation needs besides the expression. */
export interface EvaluationInput {
  readonly source: SampleSource;
  readonly times: QueryTimes;
  readonly lookbackMs: number;
  readonly holdMs?: number | undefined;
  readonly subqueryStepMs: number;
  readonly annotations: Annotations;
  readonly budget: Budget;
  /** Sub-expressions whose value is the same at every step: they are evaluated once. */
  readonly invariant: ReadonlySet<Expr>;
}

/** Evaluates expressions column by column: each operation handles one series over all steps, then the next. */
export class Evaluation implements Context {
  readonly source: SampleSource;
  readonly times: QueryTimes;
  readonly lookbackMs: number;
  readonly holdMs: number | undefined;
  readonly subqueryStepMs: number;
  readonly annotations: Annotations;
  readonly budget: Budget;
  readonly #invariant: ReadonlySet<Expr>;
  /** The function or aggregation that the selector being read is directly under, for the source. */
  #operation = '';

  constructor(input: EvaluationInput) {
    this.source = input.source;
    this.times = input.times;
    this.lookbackMs = input.lookbackMs;
    this.holdMs = input.holdMs;
    this.subqueryStepMs = input.subqueryStepMs;
    this.annotations = input.annotations;
    this.budget = input.budget;
    this.#invariant = input.invariant;
  }

  evaluate(expr: Expr, grid: Grid): Value {
    if (grid.count > 1 && this.#invariant.has(expr))
      return broadcast(this.#evaluate(expr, { ...grid, count: 1 }), grid.count);
    return this.#evaluate(expr, grid);
  }

  /** The value of the whole query. */
  result(expr: Expr, grid: Grid): Value {
    const value = this.evaluate(expr, grid);
    if (value.type === 'vector' && this.source.holdsHistograms)
      refuseHistograms(value.columns, expr);
    return value;
  }

  vector(expr: Expr, grid: Grid): Column[] {
    const value = this.evaluate(expr, grid);
    if (value.type !== 'vector')
      throw executionError(`expected an instant vector, got a ${value.type}`, expr.span);
    if (this.source.holdsHistograms) withoutHistograms(this, value.columns, this.#operation, expr);
    return value.columns;
  }

  eachColumn(expr: Expr, grid: Grid, use: (column: Column) => void): void {
    const bare = unwrap(expr);
    const isOnceForAll = grid.count > 1 && this.#invariant.has(bare);
    const isDone =
      bare.kind === 'selector' &&
      !isOnceForAll &&
      eachInstantColumn(this, bare, grid, this.#operation, use);
    if (isDone) return;
    for (const column of this.vector(expr, grid)) use(column);
  }

  scalar(expr: Expr, grid: Grid): Float64Array {
    const value = this.evaluate(expr, grid);
    if (value.type !== 'scalar')
      throw executionError(`expected a scalar, got a ${value.type}`, expr.span);
    return value.values;
  }

  #evaluate(expr: Expr, grid: Grid): Value {
    switch (expr.kind) {
      case 'number':
        return { type: 'scalar', values: new Float64Array(grid.count).fill(expr.value) };
      case 'string':
        return { type: 'string', value: expr.value };
      case 'paren':
        return this.evaluate(expr.inner, grid);
      case 'unary':
        return expr.operator === '-'
          ? negate(this.evaluate(expr.inner, grid))
          : this.evaluate(expr.inner, grid);
      case 'selector':
        return { type: 'vector', columns: instantVector(this, expr, grid, this.#operation) };
      case 'binary':
        return this.#under(expr.operator, () => binary(this, expr, grid));
      case 'aggregate':
        return this.#under(expr.operator, () => ({
          type: 'vector',
          columns: aggregate(this, expr, grid),
        }));
      case 'call':
        return this.#under(expr.name, () => this.#call(expr, grid));
      case 'range':
      case 'subquery':
        throw executionError('a range vector cannot be evaluated at several times', expr.span);
    }
  }

  #call(call: CallExpr, grid: Grid): Value {
    const signature = SIGNATURES.get(call.name);
    if (signature?.returns === 'scalar') {
      const values = scalarCall(this, call, grid);
      if (values) return { type: 'scalar', values };
    }
    return { type: 'vector', columns: this.#vectorCall(call, grid) };
  }

  #vectorCall(call: CallExpr, grid: Grid): Column[] {
    if (SIGNATURES.get(call.name)?.args.includes('matrix')) return rangeCall(this, call, grid);
    switch (call.name) {
      case 'label_replace':
        return labelReplace(this, call, grid);
      case 'label_join':
        return labelJoin(this, call, grid);
      case 'info':
        return infoCall(this, call, grid);
      case 'sort':
      case 'sort_desc':
      case 'sort_by_label':
      case 'sort_by_label_desc':
        return sortCall(this, call, grid);
      case 'histogram_quantile':
      case 'histogram_quantiles':
      case 'histogram_fraction':
        return histogramCall(this, call, grid);
      default: {
        const columns = instantCall(this, call, grid);
        if (!columns)
          throw executionError(
            `unknown function with name ${JSON.stringify(call.name)}`,
            call.span,
          );
        return columns;
      }
    }
  }

  #under<T>(operation: string, run: () => T): T {
    const outer = this.#operation;
    this.#operation = operation;
    try {
      return run();
    } finally {
      this.#operation = outer;
    }
  }
}

function negate(value: Value): Value {
  if (value.type === 'scalar')
    return { type: 'scalar', values: value.values.map((number) => -number) };
  if (value.type === 'string') return value;
  const columns = value.columns.map((column) => ({
    ...column,
    values: column.values.map((number) => -number),
    dropName: true,
  }));
  return { type: 'vector', columns };
}
