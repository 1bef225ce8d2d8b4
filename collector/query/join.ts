import { type BinaryExpr, COMPARISONS, type ComparisonOperator, type Matching } from './ast.ts';
import { refuseTrim } from './binary.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { type Labels, METADATA_LABELS } from './labels.ts';
import { ARITHMETIC, COMPARE } from './operators.ts';
import { groupLabels, signatures } from './signature.ts';
import { type Column, type Grid, newColumn } from './value.ts';

/** States of a slot of a result: a match that a comparison filtered out still counts as a match. */
const KEPT = 1;
const FILTERED = 2;

/** The series of the `one` side of a match group, and which of them is present at each step. */
interface OneSide {
  readonly columns: Column[];
  /** Index into `columns` by step, -1 = none; undefined while there is only one column. */
  indexes: Int32Array | undefined;
}

/** Arithmetic and comparison between two vectors: one to one, or many to one with group_left and group_right. */
export function joinVectors(
  context: Context,
  expr: BinaryExpr,
  left: readonly Column[],
  right: readonly Column[],
  grid: Grid,
): Column[] {
  const { operator, matching } = expr;
  if (operator === '</' || operator === '>/') return refuseTrim(context, expr, left);
  return new Join(context, expr, grid).run(
    matching.group === 'right' ? right : left,
    matching.group === 'right' ? left : right,
  );
}

function anyPresent(columns: readonly Column[], { count }: Grid): Uint8Array {
  const found = new Uint8Array(count);
  for (const { present } of columns)
    for (let step = 0; step < count; step++)
      found[step] = (found[step] as number) | (present[step] as number);
  return found;
}

class Join {
  readonly #context: Context;
  readonly #grid: Grid;
  readonly #matching: Matching;
  readonly #isComparison: boolean;
  readonly #returnBool: boolean;
  readonly #compute: (left: number, right: number) => number;
  readonly #compare: (left: number, right: number) => boolean;
  /** The value that stands in for a missing sample of the many side, and of the one side. */
  readonly #fillMany: number | undefined;
  readonly #fillOne: number | undefined;
  /** `group_right`: the operands are swapped. */
  readonly #isSwapped: boolean;
  /** Steps at which the many side has series: elsewhere nothing can match, so that duplicates do no harm. */
  #hasPartners: Uint8Array | undefined;
  readonly #results = new Map<string, Column>();
  /** By match group: steps at which a many-side series has matched. Kept only where a second one or a fill value needs it. */
  readonly #matched = new Map<string, Uint8Array>();

  constructor(context: Context, { operator, matching, returnBool }: BinaryExpr, grid: Grid) {
    this.#context = context;
    this.#grid = grid;
    this.#matching = matching;
    this.#returnBool = returnBool;
    this.#isComparison = COMPARISONS.has(operator);
    this.#compare = COMPARE[operator as ComparisonOperator] ?? COMPARE['=='];
    this.#compute =
      (ARITHMETIC as Readonly<Record<string, (a: number, b: number) => number>>)[operator] ??
      ARITHMETIC['+'];
    this.#isSwapped = matching.group === 'right';
    // As in Prometheus, whose group_right swaps the operands but not the fill values: fill_left is for the many side, whichever it is.
    this.#fillMany = matching.fillLeft;
    this.#fillOne = matching.fillRight;
  }

  run(many: readonly Column[], one: readonly Column[]): Column[] {
    const signatureOf = signatures(this.#matching);
    if (this.#fillMany === undefined && this.#fillOne === undefined)
      this.#hasPartners = anyPresent(many, this.#grid);
    const ones = this.#oneSides(one, signatureOf);
    for (const column of many) {
      this.#context.budget.checkTime();
      const signature = signatureOf(column.labels);
      this.#joinMany(column, ones.get(signature), signature);
    }
    if (this.#fillMany !== undefined) {
      for (const [signature, side] of ones)
        this.#joinUnmatched(side, this.#matched.get(signature), this.#fillMany);
    }
    return this.#finish();
  }

  #oneSides(
    columns: readonly Column[],
    signatureOf: (labels: Labels) => string,
  ): Map<string, OneSide> {
    const sides = new Map<string, OneSide>();
    for (const column of columns) {
      const signature = signatureOf(column.labels);
      const side = sides.get(signature);
      if (side) this.#addToSide(side, column);
      else sides.set(signature, { columns: [column], indexes: undefined });
    }
    return sides;
  }

  #addToSide(side: OneSide, column: Column): void {
    const { count } = this.#grid;
    if (!side.indexes) {
      const { present } = side.columns[0] as Column;
      side.indexes = new Int32Array(count).map((_, step) => (present[step] ? 0 : -1));
    }
    const index = side.columns.push(column) - 1;
    for (let step = 0; step < count; step++) {
      if (!column.present[step]) continue;
      const other = side.columns[side.indexes[step] as number];
      if (other && (!this.#hasPartners || this.#hasPartners[step]))
        throw this.#duplicateError(column, other);
      side.indexes[step] = index;
    }
  }

  #duplicateError(column: Column, other: Column): Error {
    const side = this.#isSwapped ? 'left' : 'right';
    const pair = [column.labels.toString(), other.labels.toString()].sort();
    return executionError(
      `found duplicate series for the match group ${groupLabels(this.#matching, column.labels)} on the ${side} hand-side of the operation: [${pair.join(', ')}];many-to-many matching not allowed: matching labels must be unique on one side`,
    );
  }

  #joinMany(column: Column, side: OneSide | undefined, signature: string): void {
    const { count } = this.#grid;
    if (!side && this.#fillOne === undefined) return;
    const matched = this.#matchedSteps(signature);
    let result: Column | undefined;
    let resultOf = -2; // index of the one-side series that `result` is for; -1 stands for the fill value
    for (let step = 0; step < count; step++) {
      if (!column.present[step]) continue;
      const index = side ? indexAt(side, step) : -1;
      if (index === -1 && this.#fillOne === undefined) continue;
      const partner = side?.columns[index];
      if (resultOf !== index) {
        const partnerLabels = partner?.labels ?? groupLabels(this.#matching, column.labels);
        result = this.#resultFor(column, partnerLabels);
        resultOf = index;
      }
      if (matched[step] && !this.#matching.group)
        throw executionError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        );
      matched[step] = 1;
      const other = partner ? (partner.values[step] as number) : (this.#fillOne as number);
      this.#put(result as Column, step, column.values[step] as number, other);
    }
  }

  /** One-side series without a partner, where the many side has a fill value. */
  #joinUnmatched(side: OneSide, matched: Uint8Array | undefined, fill: number): void {
    for (const [index, column] of side.columns.entries()) {
      let result: Column | undefined;
      for (let step = 0; step < this.#grid.count; step++) {
        if (!column.present[step] || matched?.[step] || indexAt(side, step) !== index) continue;
        result ??= this.#resultFor(
          { ...column, labels: groupLabels(this.#matching, column.labels) },
          column.labels,
        );
        this.#put(result, step, fill, column.values[step] as number);
      }
    }
  }

  #matchedSteps(signature: string): Uint8Array {
    let matched = this.#matched.get(signature);
    if (!matched) {
      matched = new Uint8Array(this.#grid.count);
      this.#matched.set(signature, matched);
    }
    return matched;
  }

  #put(result: Column, step: number, many: number, one: number): void {
    if (result.present[step])
      throw executionError(
        this.#matching.group
          ? 'multiple matches for labels: grouping labels must ensure unique matches'
          : 'vector cannot contain metrics with the same labelset',
      );
    const left = this.#isSwapped ? one : many;
    const right = this.#isSwapped ? many : one;
    result.present[step] = KEPT;
    if (!this.#isComparison) {
      result.values[step] = this.#compute(left, right);
      return;
    }
    const holds = this.#compare(left, right);
    if (this.#returnBool) result.values[step] = Number(holds);
    else if (holds) result.values[step] = left;
    else result.present[step] = FILTERED;
  }

  #resultFor(many: Column, oneLabels: Labels): Column {
    const labels = this.#resultLabels(many.labels, oneLabels);
    let result = this.#results.get(labels.key);
    if (!result) {
      this.#context.budget.addSlots(1, this.#grid.count);
      const dropName = this.#isComparison && (this.#returnBool || many.dropName);
      result = newColumn(labels, dropName, this.#grid.count);
      this.#results.set(labels.key, result);
    }
    return result;
  }

  #resultLabels(many: Labels, one: Labels): Labels {
    const { on, labels, group, include } = this.#matching;
    let result = this.#isComparison ? many : many.without(METADATA_LABELS);
    if (!group) {
      const names = new Set(labels);
      result = on ? result.keep(names) : result.without(names);
    }
    if (include.length === 0) return result;
    return result.withAll(include.map((name) => [name, one.get(name)] as const));
  }

  #finish(): Column[] {
    const kept: Column[] = [];
    for (const column of this.#results.values()) {
      let hasValues = false;
      for (let step = 0; step < column.present.length; step++) {
        if (column.present[step] === FILTERED) column.present[step] = 0;
        else if (column.present[step]) hasValues = true;
      }
      if (hasValues) kept.push(column);
    }
    return kept;
  }
}

function indexAt(side: OneSide, step: number): number {
  if (side.indexes) return side.indexes[step] as number;
  return (side.columns[0] as Column).present[step] ? 0 : -1;
}
