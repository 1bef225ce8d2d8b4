import { type CallExpr, childrenOf, type Expr, unwrap, type VectorSelector } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { type Labels, METRIC_NAME } from './labels.ts';
import { Matcher } from './matcher.ts';
import { instantVector } from './select.ts';
import { type Column, type Grid, HISTOGRAM, mergeSameLabels, newColumn } from './value.ts';

/** Labels that say which target a series is about; an info series belongs to the series that have the same. */
const IDENTIFYING_LABELS: readonly string[] = ['instance', 'job'];
const DEFAULT_INFO_METRIC = new Matcher(METRIC_NAME, '=', 'target_info');
const ANY_INFO_METRIC = new Matcher(METRIC_NAME, '=~', '.+_info');

/** info(vector, {matchers}): adds the labels of the matching info metrics to each series. */
export function infoCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  const [base, selector] = call.args.map(unwrap) as [Expr, VectorSelector | undefined];
  const columns = context.vector(base, grid);
  const nameMatchers = nameMatchersOf(selector);
  const dataMatchers = selector
    ? selector.matchers.filter((matcher) => !isNameMatcher(matcher))
    : [];
  const isInfo = (labels: Labels): boolean =>
    nameMatchers.every((matcher) => matcher.matches(labels.get(METRIC_NAME)));
  const wanted = columns.filter((column) => !isInfo(column.labels));
  const infos =
    wanted.length > 0
      ? infoSeries(context, base, [...nameMatchers, ...dataMatchers], grid)
      : new Map<string, Map<string, InfoGroup>>();
  const enriched = columns.flatMap((column) =>
    isInfo(column.labels) ? [column] : enrich(column, infos, dataMatchers, grid),
  );
  return mergeSameLabels(enriched);
}

/** Which metrics are info metrics here: target_info unless the selector names some; all `*_info` when it only says which are not. */
function nameMatchersOf(selector: VectorSelector | undefined): readonly Matcher[] {
  const given = selector?.matchers.filter(isNameMatcher) ?? [];
  if (given.length === 0) return [DEFAULT_INFO_METRIC];
  return given.some(({ operator }) => operator === '=' || operator === '=~')
    ? given
    : [...given, ANY_INFO_METRIC];
}

function isNameMatcher(matcher: Matcher): boolean {
  return matcher.name === METRIC_NAME;
}

/** The info series of one name and target; where they overlap, the one with the newest sample counts. Values are sample times. */
type InfoGroup = Column[];

/** By metric name, then by identifying labels. */
function infoSeries(
  context: Context,
  base: Expr,
  matchers: readonly Matcher[],
  grid: Grid,
): Map<string, Map<string, InfoGroup>> {
  const { offset, at } = commonShift(base);
  const selector: VectorSelector = {
    kind: 'selector',
    name: '',
    matchers,
    extension: undefined,
    offset,
    at,
    span: base.span,
  };
  const byName = new Map<string, Map<string, InfoGroup>>();
  for (const column of instantVector(context, selector, grid, 'info', 'time')) {
    if (column.present.includes(HISTOGRAM))
      throw executionError(`this should be an info metric, with float samples: ${column.labels}`);
    const key = column.labels.keyOf(IDENTIFYING_LABELS);
    if (key === emptyIdentity) continue;
    const name = column.labels.get(METRIC_NAME);
    const groups = byName.get(name) ?? new Map<string, InfoGroup>();
    byName.set(name, groups);
    const group = groups.get(key);
    if (group) group.push(column);
    else groups.set(key, [column]);
  }
  return byName;
}

const emptyIdentity = IDENTIFYING_LABELS.map(() => '\u0000').join('');

/** `offset` and `@` of the base expression's selectors, when they agree; otherwise the info series are those of the evaluation time. */
function commonShift(base: Expr): Pick<VectorSelector, 'offset' | 'at'> {
  const selectors = selectorsIn(base);
  const [first] = selectors;
  const none = { offset: undefined, at: undefined };
  if (!first) return none;
  const isSame = selectors.every(
    ({ offset, at }) => at === first.at && JSON.stringify(offset) === JSON.stringify(first.offset),
  );
  return isSame ? first : none;
}

function selectorsIn(expr: Expr): VectorSelector[] {
  return expr.kind === 'selector' ? [expr] : childrenOf(expr).flatMap(selectorsIn);
}

/** One column for each set of labels that the info series give over time. */
function enrich(
  column: Column,
  infos: ReadonlyMap<string, ReadonlyMap<string, InfoGroup>>,
  dataMatchers: readonly Matcher[],
  grid: Grid,
): Column[] {
  const key = column.labels.keyOf(IDENTIFYING_LABELS);
  const candidates = [...infos.values()].map((byKey) => byKey.get(key) ?? []);
  const needsMatch = dataMatchers.some((matcher) => !matcher.matches(''));
  const allowed =
    dataMatchers.length > 0 ? new Set(dataMatchers.map((matcher) => matcher.name)) : undefined;
  const results = new Map<string, Column>();
  for (let step = 0; step < grid.count; step++) {
    if (!column.present[step]) continue;
    const found = candidates
      .map((group) => newestAt(group, step))
      .filter((info) => info !== undefined);
    if (found.length === 0 && needsMatch) continue;
    const labels = addLabels(column.labels, found, allowed);
    let result = results.get(labels.key);
    if (!result) {
      result = newColumn(labels, column.dropName, grid.count);
      results.set(labels.key, result);
    }
    result.present[step] = column.present[step] as number;
    result.values[step] = column.values[step] as number;
  }
  return [...results.values()];
}

function newestAt(group: InfoGroup, step: number): Labels | undefined {
  let newest: Column | undefined;
  for (const info of group) {
    if (!info.present[step]) continue;
    const time = info.values[step] as number;
    const newestTime = newest?.values[step] ?? Number.NEGATIVE_INFINITY;
    if (newest && time === newestTime)
      throw executionError(
        `found duplicate series for info metric: existing ${newest.labels} @ ${time * 1000}, new ${info.labels} @ ${time * 1000}`,
      );
    if (time > newestTime) newest = info;
  }
  return newest?.labels;
}

function addLabels(
  base: Labels,
  infos: readonly Labels[],
  allowed: ReadonlySet<string> | undefined,
): Labels {
  const added = new Map<string, string>();
  for (const info of infos) {
    for (const [name, value] of info) {
      if (name === METRIC_NAME || (allowed && !allowed.has(name)) || base.get(name) !== '')
        continue;
      const other = added.get(name);
      if (other !== undefined && other !== value)
        throw executionError(`conflicting label: ${name}`);
      added.set(name, value);
    }
  }
  return added.size === 0 ? base : base.withAll(added);
}
