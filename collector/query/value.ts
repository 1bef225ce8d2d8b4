import { executionError } from './errors.ts';
import { type Labels, METADATA_LABELS } from './labels.ts';

/** Evaluation times: `startMs`, `startMs + stepMs`…, `count` of them. An instant query has one, with step 0. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export function gridTime(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

/** Mark of a slot that holds a native histogram. */
export const HISTOGRAM = 2;

/** One series of an intermediate result, with a slot for each evaluation time. Whoever is given a column may change it. */
export interface Column {
  readonly labels: Labels;
  /** The name is to be removed at the end: `rate(x)` is no `x`, but label_replace may still read the name. */
  readonly dropName: boolean;
  readonly values: Float64Array;
  /** 1 where the series has a value, `HISTOGRAM` where it has one that cannot be read, 0 elsewhere. `values` means nothing but at 1. */
  readonly present: Uint8Array;
}

export type Value =
  | { readonly type: 'scalar'; readonly values: Float64Array }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'vector'; readonly columns: Column[] };

export function newColumn(labels: Labels, dropName: boolean, count: number): Column {
  return { labels, dropName, values: new Float64Array(count), present: new Uint8Array(count) };
}

export function isEmpty(column: Column): boolean {
  return !column.present.includes(1) && !column.present.includes(HISTOGRAM);
}

/** The value of a one-step evaluation at every step of a longer grid. */
export function broadcast(value: Value, count: number): Value {
  if (value.type === 'string') return value;
  if (value.type === 'scalar')
    return { type: 'scalar', values: new Float64Array(count).fill(value.values[0] as number) };
  const columns = value.columns.map((column) => ({
    ...column,
    values: new Float64Array(count).fill(column.values[0] as number),
    present: new Uint8Array(count).fill(column.present[0] as number),
  }));
  return { type: 'vector', columns };
}

const SAME_LABELSET = 'vector cannot contain metrics with the same labelset';

/**
 * Makes columns of equal labels one, as long as they have no step in common.
 * @throws QueryError when two of them have a value at the same step
 */
export function mergeSameLabels(columns: Column[]): Column[] {
  const byKey = new Map<string, Column>();
  for (const column of columns) {
    const first = byKey.get(column.labels.key);
    if (first) mergeInto(first, column);
    else byKey.set(column.labels.key, column);
  }
  return byKey.size === columns.length ? columns : [...byKey.values()];
}

function mergeInto(target: Column, column: Column): void {
  for (let step = 0; step < column.present.length; step++) {
    if (!column.present[step]) continue;
    if (target.present[step]) throw executionError(SAME_LABELSET);
    target.present[step] = column.present[step] as number;
    target.values[step] = column.values[step] as number;
  }
}

/** Removes the names that are due for removal, and the columns without any value. */
export function finish(columns: Column[]): Column[] {
  const named = columns
    .filter((column) => !isEmpty(column))
    .map((column) =>
      column.dropName ? { ...column, labels: column.labels.without(METADATA_LABELS) } : column,
    );
  return mergeSameLabels(named);
}
