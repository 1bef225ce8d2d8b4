import type {
  AggregateExpr,
  BinaryExpr,
  DurationExpr,
  Expr,
  TimeShift,
  VectorSelector,
} from './ast.ts';
import { PARAMETRIC } from './ast.ts';
import { formatDurationMs } from './duration.ts';
import { isBareMetricName, METRIC_NAME, quoteLabelName } from './labels.ts';
import { formatDecimal, quote } from './literal.ts';

/** The canonical text of an expression, which parses to the same expression. */
export function print(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return printNumber(expr.value, expr.isDuration);
    case 'string':
      return quote(expr.value);
    case 'paren':
      return `(${print(expr.inner)})`;
    case 'unary':
      return expr.operator + print(expr.inner);
    case 'selector':
      return printSelector(expr) + printExtension(expr) + printShift(expr);
    case 'range':
      return `${printSelector(expr.selector)}[${printDuration(expr.range)}]${printExtension(expr.selector)}${printShift(expr.selector)}`;
    case 'subquery': {
      const step = expr.step ? printDuration(expr.step) : '';
      return `${print(expr.inner)}[${printDuration(expr.range)}:${step}]${printShift(expr)}`;
    }
    case 'call':
      return `${expr.name}(${expr.args.map(print).join(', ')})`;
    case 'aggregate': {
      const parameter =
        expr.parameter && PARAMETRIC.has(expr.operator) ? `${print(expr.parameter)}, ` : '';
      return `${printAggregation(expr)}(${parameter}${print(expr.inner)})`;
    }
    case 'binary':
      return `${print(expr.left)} ${printOperator(expr)} ${print(expr.right)}`;
  }
}

const WIDTH_MAX = 100;

/** The canonical text over several lines where one line would be longer than 100 characters. */
export function prettyPrint(expr: Expr, level = 0): string {
  const indent = '  '.repeat(level);
  const line = print(expr);
  if (indent.length + line.length <= WIDTH_MAX) return indent + line;
  switch (expr.kind) {
    case 'binary':
      return `${prettyPrint(expr.left, level + 1)}\n${indent}${printOperator(expr)}\n${prettyPrint(expr.right, level + 1)}`;
    case 'paren':
      return `${indent}(\n${prettyPrint(expr.inner, level + 1)}\n${indent})`;
    case 'call':
      return `${indent}${expr.name}(\n${expr.args.map((arg) => prettyPrint(arg, level + 1)).join(',\n')}\n${indent})`;
    case 'aggregate': {
      const args = expr.parameter ? [expr.parameter, expr.inner] : [expr.inner];
      return `${indent}${printAggregation(expr)}(\n${args.map((arg) => prettyPrint(arg, level + 1)).join(',\n')}\n${indent})`;
    }
    case 'unary':
      return `${indent}${expr.operator}${prettyPrint(expr.inner, level).trimStart()}`;
    case 'subquery':
      return prettyPrint(expr.inner, level) + line.slice(print(expr.inner).length);
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return indent + line;
  }
}

/** A number literal, in canonical text. */
export function printNumber(value: number, isDuration: boolean): string {
  if (value === Number.POSITIVE_INFINITY) return 'Inf'; // formatDecimal's sign would be read as an operator
  if (!isDuration) return formatDecimal(value);
  return `${value < 0 ? '-' : ''}${formatDurationMs(Math.abs(value) * 1000)}`;
}

export function printDuration(duration: DurationExpr): string {
  switch (duration.kind) {
    case 'seconds':
      return formatDurationMs(duration.value * 1000);
    case 'step':
    case 'range':
      return `${duration.kind}()`;
    case 'group':
      return `(${printDuration(duration.inner)})`;
    case 'sign':
      return `${duration.operator === '-' ? '-' : ''}${printDuration(duration.inner)}`;
    case 'operation': {
      const scales = /^[*/%^]$/.test(duration.operator);
      const left = printDuration(duration.left);
      const right =
        scales && duration.right.kind === 'seconds'
          ? formatDecimal(duration.right.value)
          : printDuration(duration.right);
      return duration.operator.endsWith('_of')
        ? `${duration.operator}(${left}, ${right})`
        : `${left} ${duration.operator} ${right}`;
    }
  }
}

function printSelector(selector: VectorSelector): string {
  const bare = isBareMetricName(selector.name);
  const matchers = selector.matchers.filter(
    (matcher) =>
      !(
        matcher.name === METRIC_NAME &&
        matcher.operator === '=' &&
        matcher.value === selector.name &&
        selector.name
      ),
  );
  const parts = matchers.map(String).sort();
  if (selector.name && !bare) parts.unshift(JSON.stringify(selector.name));
  const name = bare ? selector.name : '';
  return parts.length > 0 || !name ? `${name}{${parts.join(',')}}` : name;
}

function printExtension(selector: VectorSelector): string {
  return selector.extension ? ` ${selector.extension}` : '';
}

function printShift(shift: TimeShift): string {
  let text = '';
  if (shift.at !== undefined)
    text +=
      typeof shift.at === 'number' ? ` @ ${(shift.at / 1000).toFixed(3)}` : ` @ ${shift.at}()`;
  if (shift.offset) text += ` offset ${printDuration(shift.offset)}`;
  return text;
}

function printAggregation(expr: AggregateExpr): string {
  if (!expr.without && expr.grouping.length === 0) return expr.operator;
  return `${expr.operator} ${expr.without ? 'without' : 'by'} (${printNames(expr.grouping)}) `;
}

/** The operator with its modifiers. */
export function printOperator({ operator, returnBool, matching }: BinaryExpr): string {
  let text = returnBool ? `${operator} bool` : operator;
  if (matching.on || matching.labels.length > 0 || matching.group)
    text += ` ${matching.on ? 'on' : 'ignoring'} (${printNames(matching.labels)})`;
  if (matching.group) text += ` group_${matching.group} (${printNames(matching.include)})`;
  const { fillLeft, fillRight } = matching;
  if (fillLeft !== undefined && Object.is(fillLeft, fillRight))
    return `${text} fill (${formatDecimal(fillLeft)})`;
  if (fillLeft !== undefined) text += ` fill_left (${formatDecimal(fillLeft)})`;
  if (fillRight !== undefined) text += ` fill_right (${formatDecimal(fillRight)})`;
  return text;
}

function printNames(names: readonly string[]): string {
  return names.map(quoteLabelName).join(', ');
}
