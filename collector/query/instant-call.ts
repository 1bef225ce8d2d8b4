import { labelsOfAbsent } from './absent.ts';
import { type CallExpr, type Expr, unwrap } from './ast.ts';
import type { Context } from './context.ts';
import { DATE_PARTS, ELEMENTWISE, PARAMETERIZED } from './elementwise.ts';
import { Labels } from './labels.ts';
import { instantVector } from './select.ts';
import { type Column, type Grid, gridTime, isEmpty, newColumn } from './value.ts';

/** Calls whose value is a scalar. */
export function scalarCall(context: Context, call: CallExpr, grid: Grid): Float64Array | undefined {
  const { startMs, endMs, stepMs } = context.times;
  const constant = (value: number) => new Float64Array(grid.count).fill(value);
  switch (call.name) {
    case 'time':
      return new Float64Array(grid.count).map((_, step) => gridTime(grid, step) / 1000);
    case 'pi':
      return constant(Math.PI);
    case 'start':
      return constant(startMs / 1000);
    case 'end':
      return constant(endMs / 1000);
    case 'range':
      return constant((endMs - startMs) / 1000);
    case 'step':
      return constant(stepMs / 1000);
    case 'min_of':
    case 'max_of': {
      const [left, right] = call.args.map((argument) => context.scalar(argument, grid));
      const pick = call.name === 'min_of' ? Math.min : Math.max;
      return (left as Float64Array).map((value, step) => pick(value, right?.[step] as number));
    }
    case 'scalar':
      return scalarOf(context.vector(call.args[0] as Expr, grid), grid);
    default:
      return undefined;
  }
}

/** The value of the only series of each step, NaN where there is none or more than one. */
function scalarOf(columns: readonly Column[], grid: Grid): Float64Array {
  const values = new Float64Array(grid.count).fill(Number.NaN);
  const counts = new Uint32Array(grid.count);
  for (const column of columns) {
    for (let step = 0; step < grid.count; step++) {
      if (!column.present[step]) continue;
      const isOnly = counts[step] === 0;
      counts[step] = (counts[step] as number) + 1;
      values[step] = isOnly ? (column.values[step] as number) : Number.NaN;
    }
  }
  return values;
}

/** Calls that take and give instant vectors and treat each series by itself. */
export function instantCall(context: Context, call: CallExpr, grid: Grid): Column[] | undefined {
  const { name, args } = call;
  const elementwise = ELEMENTWISE.get(name);
  if (elementwise) return mapValues(context.vector(args[0] as Expr, grid), elementwise);
  const parameterized = PARAMETERIZED.get(name);
  if (parameterized) {
    const parameters = args.slice(1).map((argument) => context.scalar(argument, grid));
    const columns = context.vector(args[0] as Expr, grid);
    return mapWithParameters(columns, parameters, parameterized);
  }
  const datePart = DATE_PARTS.get(name);
  if (datePart) return dateCall(context, args[0], grid, datePart);
  switch (name) {
    case 'vector':
      return [everywhere(context.scalar(args[0] as Expr, grid), grid)];
    case 'absent':
      return absent(args[0] as Expr, context.vector(args[0] as Expr, grid), grid);
    case 'timestamp':
    case 'start_timestamp':
      return timestamps(context, name, unwrap(args[0] as Expr), grid);
    case 'histogram_avg':
    case 'histogram_count':
    case 'histogram_sum':
    case 'histogram_stddev':
    case 'histogram_stdvar':
      context.vector(args[0] as Expr, grid); // finds native histograms, which are refused; of plain values these give nothing
      return [];
    default:
      return undefined;
  }
}

function mapValues(columns: readonly Column[], compute: (value: number) => number): Column[] {
  return columns.map((column) => {
    const { values } = column;
    for (let step = 0; step < values.length; step++) values[step] = compute(values[step] as number);
    return { ...column, dropName: true };
  });
}

function mapWithParameters(
  columns: readonly Column[],
  parameters: readonly Float64Array[],
  compute: (value: number, parameters: readonly number[]) => number | undefined,
): Column[] {
  return columns.map((column) => {
    const { values, present } = column;
    for (let step = 0; step < values.length; step++) {
      if (!present[step]) continue;
      const value = compute(
        values[step] as number,
        parameters.map((parameter) => parameter[step] as number),
      );
      if (value === undefined) present[step] = 0;
      else values[step] = value;
    }
    return { ...column, dropName: true };
  });
}

function dateCall(
  context: Context,
  argument: Expr | undefined,
  grid: Grid,
  part: (date: Date) => number,
): Column[] {
  const partOf = (seconds: number): number => part(new Date(Math.trunc(seconds) * 1000));
  if (argument) return mapValues(context.vector(argument, grid), partOf);
  const values = new Float64Array(grid.count).map((_, step) => partOf(gridTime(grid, step) / 1000));
  return [everywhere(values, grid)];
}

/** A series without labels that has a value at every step. */
function everywhere(values: Float64Array, grid: Grid): Column {
  return {
    labels: Labels.EMPTY,
    dropName: false,
    values,
    present: new Uint8Array(grid.count).fill(1),
  };
}

function absent(argument: Expr, columns: readonly Column[], grid: Grid): Column[] {
  const result = everywhere(new Float64Array(grid.count).fill(1), grid);
  for (const { present } of columns) {
    for (let step = 0; step < grid.count; step++) if (present[step]) result.present[step] = 0;
  }
  return isEmpty(result) ? [] : [{ ...result, labels: labelsOfAbsent(unwrap(argument)) }];
}

/** Of a selector: the time of the sample itself. Of anything else: the evaluation time. */
function timestamps(context: Context, name: string, argument: Expr, grid: Grid): Column[] {
  if (argument.kind === 'selector') {
    const field = name === 'timestamp' ? 'time' : 'start-time';
    const columns = instantVector(context, argument, grid, name, field);
    return columns.map((column) => ({
      ...column,
      present: column.present.map((mark) => mark && 1), // a histogram's time is a number, too
      dropName: true,
    }));
  }
  return context.vector(argument, grid).map((column) => {
    const result = newColumn(column.labels, true, grid.count);
    result.present.set(column.present.map((mark) => mark && 1));
    for (let step = 0; step < grid.count; step++)
      result.values[step] = name === 'timestamp' ? gridTime(grid, step) / 1000 : 0;
    return result;
  });
}
