import { type CallExpr, type Expr, unwrap } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { METRIC_NAME } from './labels.ts';
import { compileAnchored, RegexpSyntaxError } from './regexp.ts';
import { type Column, type Grid, mergeSameLabels } from './value.ts';

/** label_replace(vector, destination, replacement, source, pattern): sets a label from what a pattern finds in another. */
export function labelReplace(context: Context, call: CallExpr, grid: Grid): Column[] {
  const [destination, replacement, source, pattern] = textArguments(call, 1) as [
    string,
    string,
    string,
    string,
  ];
  let regexp: RegExp;
  try {
    regexp = compileAnchored(pattern);
  } catch (error) {
    if (error instanceof RegexpSyntaxError)
      throw executionError(`invalid regular expression in label_replace(): ${pattern}`, call.span);
    throw error;
  }
  checkLabelName(destination, 'destination', call);
  const columns = context.vector(call.args[0] as Expr, grid).map((column) => {
    const match = regexp.exec(column.labels.get(source));
    return match ? withLabel(column, destination, expand(replacement, match)) : column;
  });
  return mergeSameLabels(columns);
}

/** label_join(vector, destination, separator, source…): sets a label to the values of others. */
export function labelJoin(context: Context, call: CallExpr, grid: Grid): Column[] {
  const [destination, separator, ...sources] = textArguments(call, 1) as [
    string,
    string,
    ...string[],
  ];
  for (const source of sources) checkLabelName(source, 'source', call);
  checkLabelName(destination, 'destination', call);
  const columns = context
    .vector(call.args[0] as Expr, grid)
    .map((column) =>
      withLabel(
        column,
        destination,
        sources.map((source) => column.labels.get(source)).join(separator),
      ),
    );
  return mergeSameLabels(columns);
}

/** The values of the string arguments from `from` on. */
export function textArguments(call: CallExpr, from: number): string[] {
  return call.args.slice(from).map((argument) => {
    const literal = unwrap(argument);
    return literal.kind === 'string' ? literal.value : '';
  });
}

function checkLabelName(name: string, role: string, call: CallExpr): void {
  if (name !== '' && name.isWellFormed()) return;
  if (name === '' && role === 'source') return;
  throw executionError(`invalid ${role} label name in ${call.name}(): ${name}`, call.span);
}

function withLabel(column: Column, name: string, value: string): Column {
  const labels = column.labels.with(name, value);
  return { ...column, labels, dropName: name === METRIC_NAME ? false : column.dropName };
}

/** Go's Expand: `$1`, `${1}`, `$name`, `${name}`, `$$`; an unknown group is empty. */
function expand(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    const group = bare ?? braced;
    if (group === undefined) return whole === '$$' ? '$' : '';
    return (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? '';
  });
}
