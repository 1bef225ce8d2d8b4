import { InputError } from '../../base/errors.ts';
import { describeAnnotations } from './annotations.ts';
import { describeExpr } from './api-ast.ts';
import { resultJson } from './api-json.ts';
import {
  type ApiRequest,
  durationParameter,
  ERROR_STATUS,
  type ErrorType,
  limitParameter,
  parameterError,
  timeParameter,
} from './api-request.ts';
import type { Expr } from './ast.ts';
import { DEFAULT_LIMITS, type Limits } from './budget.ts';
import {
  evaluateInstant,
  evaluateRange,
  LOOKBACK_MS,
  type Prepared,
  type QueryResult,
} from './engine.ts';
import { QueryError } from './errors.ts';
import { namesIn, valuesIn } from './label-lists.ts';
import type { Labels } from './labels.ts';
import type { Matcher } from './matcher.ts';
import { parseSyntax } from './parse.ts';
import { planQuery, refuseTooLarge, type SelectorPlan } from './plan.ts';
import { PreparedQueries } from './prepared-queries.ts';
import { prettyPrint } from './print.ts';
import type { RangeCache } from './range-cache.ts';
import type { SampleSource } from './source.ts';

/** What the query API answers from. */
export interface ApiPorts {
  readonly source: SampleSource;
  nowMs(): number;
  readonly limits?: Limits;
  /** Results of earlier range queries on the same source. */
  readonly cache?: RangeCache;
  /** True when nobody waits for the answer any more. */
  readonly isCanceled?: () => boolean;
  readonly gate?: QueryGate | undefined;
}

/** Decides whether a query is evaluated at all; what it throws ends the query. */
export interface QueryGate {
  /** Asked first, before series are looked for. */
  checkExpr(expr: Expr): void;
  /** What the query would read, without what is kept of an earlier answer. */
  checkPlans(plans: readonly SelectorPlan[]): void;
}

export interface ApiAnswer {
  readonly status: number;
  /** Of the body, where it is no JSON. */
  readonly type?: string;
  readonly body: string;
}

/** Last resorts of `start` and `end` where a request names none: all times. */
const MIN_TIME_MS = 0;

/**
 * Answers the parts of Prometheus' HTTP API that read samples or parse queries: query, query_range, series, labels,
 * label/NAME/values, format_query, parse_query, query_exemplars. Never throws for a bad request: that is an answer too.
 * Source: Prometheus documentation, "HTTP API"
 */
export function answerApi(request: ApiRequest, ports: ApiPorts): ApiAnswer {
  try {
    return { status: 200, body: answer(request, ports) };
  } catch (error) {
    return errorAnswer(error);
  }
}

/** An error in the API's envelope; errors that are not about the request rise. */
export function errorAnswer(error: unknown): ApiAnswer {
  if (!(error instanceof InputError)) throw error;
  const type = errorTypeOf(error.code);
  return {
    status: ERROR_STATUS[type],
    body: JSON.stringify({ status: 'error', errorType: type, error: error.message }),
  };
}

function errorTypeOf(code: string): ErrorType {
  switch (code) {
    case 'query-execution':
    case 'query-unsupported':
    case 'query-limit':
      return 'execution';
    case 'query-timeout':
      return 'timeout';
    case 'query-canceled':
      return 'canceled';
    case 'busy':
      return 'unavailable';
    case 'path-unknown':
      return 'not_found';
    default:
      return 'bad_data';
  }
}

function answer({ path, params }: ApiRequest, ports: ApiPorts): string {
  switch (path) {
    case 'query':
      return instantQuery(params, ports);
    case 'query_range':
      return rangeQuery(params, ports);
    case 'series':
      return seriesAnswer(params, ports);
    case 'labels':
      return labelNames(params, ports);
    case 'format_query':
      return success(JSON.stringify(prettyPrint(prepareParameter(params).expr)));
    case 'parse_query':
      return success(JSON.stringify(describeExpr(prepareParameter(params).expr)));
    case 'query_exemplars':
      prepareParameter(params);
      return success('[]'); // exemplars are not kept
    default: {
      const label = /^label\/(.*)\/values$/.exec(path)?.[1];
      if (label === undefined)
        throw new InputError('path-unknown', `the API has no path /api/v1/${path}`);
      return labelValues(label, params, ports);
    }
  }
}

function success(
  data: string,
  notes: { readonly warnings?: readonly string[]; readonly infos?: readonly string[] } = {},
): string {
  const list = (name: string, texts: readonly string[] = []) =>
    texts.length === 0 ? '' : `,"${name}":${JSON.stringify(texts)}`;
  return `{"status":"success","data":${data}${list('warnings', notes.warnings)}${list('infos', notes.infos)}}`;
}

/** Dashboards ask the same again every few seconds. */
const PREPARED = new PreparedQueries();

function prepareParameter(params: URLSearchParams, name = 'query'): Prepared {
  try {
    return PREPARED.get(params.get(name) ?? '');
  } catch (error) {
    throw error instanceof QueryError ? parameterError(name, error.message) : error;
  }
}

function instantQuery(params: URLSearchParams, ports: ApiPorts): string {
  const timeMs = timeParameter(params, 'time') ?? ports.nowMs();
  const options = commonOptions(params, ports);
  const prepared = prepareParameter(params);
  const times = { startMs: timeMs, endMs: timeMs, stepMs: 0 };
  ports.gate?.checkExpr(prepared.expr);
  const plans = planned(prepared, { ...options, ...times });
  ports.gate?.checkPlans(plans);
  return queryAnswer(prepared, params, plans, evaluateInstant(prepared, { ...options, timeMs }));
}

function rangeQuery(params: URLSearchParams, ports: ApiPorts): string {
  const startMs = required(timeParameter(params, 'start'), 'start', 'timestamp');
  const endMs = required(timeParameter(params, 'end'), 'end', 'timestamp');
  const stepMs = required(durationParameter(params, 'step'), 'step', 'duration');
  if (endMs < startMs) throw parameterError('end', 'end timestamp must not be before start time');
  if (stepMs < 1)
    throw parameterError(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  const options = { ...commonOptions(params, ports), startMs, endMs, stepMs: Math.floor(stepMs) };
  if ((endMs - startMs) / options.stepMs > options.limits.pointsMax)
    throw new InputError(
      'query-parameter',
      `exceeded maximum resolution of ${options.limits.pointsMax.toLocaleString('en')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    );
  const prepared = prepareParameter(params);
  if (prepared.type === 'matrix' || prepared.type === 'string')
    throw parameterError(
      'query',
      `invalid expression type ${JSON.stringify(prepared.type === 'matrix' ? 'range vector' : 'string')} for range query, must be Scalar or instant Vector`,
    );
  const { cache, gate } = ports;
  gate?.checkExpr(prepared.expr);
  if (cache && !params.has('stats')) {
    const plan = () => planned(prepared, options);
    return queryAnswer(
      prepared,
      params,
      [],
      cache.evaluate(prepared, options, plan, gate?.checkPlans),
    );
  }
  const plans = planned(prepared, options);
  gate?.checkPlans(plans);
  return queryAnswer(prepared, params, plans, evaluateRange(prepared, options));
}

function required(value: number | undefined, name: string, what: string): number {
  if (value === undefined) throw parameterError(name, `cannot parse "" to a valid ${what}`);
  return value;
}

function commonOptions(
  params: URLSearchParams,
  { source, limits = DEFAULT_LIMITS, isCanceled }: ApiPorts,
) {
  const timeoutMs = durationParameter(params, 'timeout') ?? limits.timeMsMax;
  const holdMs = durationParameter(params, 'lookback_delta');
  return {
    source,
    lookbackMs: holdMs ?? LOOKBACK_MS,
    ...(holdMs !== undefined && { holdMs }),
    limits: { ...limits, timeMsMax: Math.min(timeoutMs, limits.timeMsMax) },
    ...(isCanceled && { isCanceled }),
  };
}

/** Refuses a query that would read too much before anything is read. */
function planned(
  prepared: Prepared,
  options: Parameters<typeof planQuery>[1] & { readonly limits: Limits },
): readonly SelectorPlan[] {
  const plans = planQuery(prepared, options);
  refuseTooLarge(plans, options.limits);
  return plans;
}

function queryAnswer(
  prepared: Prepared,
  params: URLSearchParams,
  /** For the statistics, where these are asked for. */
  plans: readonly SelectorPlan[],
  { value, annotations, stats, pointsJson }: QueryResult,
): string {
  const limit = limitParameter(params);
  const limited = limitResult(value, limit);
  const warnings = describeAnnotations(annotations, 'warning', prepared.text);
  if (limited !== value) warnings.push('results truncated due to limit');
  const statsJson = params.get('stats') ? JSON.stringify(describeStats(plans, stats)) : '';
  return success(resultJson(limited, statsJson, pointsJson), {
    warnings,
    infos: describeAnnotations(annotations, 'info', prepared.text),
  });
}

function limitResult(value: QueryResult['value'], limit: number): QueryResult['value'] {
  if (limit === 0) return value;
  if (value.type === 'vector' && value.samples.length > limit)
    return { ...value, samples: value.samples.slice(0, limit) };
  if (value.type === 'matrix' && value.series.length > limit)
    return { ...value, series: value.series.slice(0, limit) };
  return value;
}

/** Prometheus' names where it has them; `selectors` says what each part read and from which archive. */
function describeStats(
  plans: readonly SelectorPlan[],
  { seriesRead, samplesRead }: QueryResult['stats'],
) {
  return {
    samples: { totalQueryableSamples: samplesRead, samplesRead, seriesRead },
    selectors: plans.map(({ selector, archive, series, samples, hints }) => ({
      selector,
      archive,
      series,
      samples,
      from: hints.afterMs / 1000,
      to: hints.untilMs / 1000,
    })),
  };
}

/** The label sets that each `match[]` selects in `start`…`end`; all when there is no `match[]`. */
function matchingSeries(params: URLSearchParams, { source }: ApiPorts): (readonly Labels[])[] {
  const range = {
    startMs: timeParameter(params, 'start') ?? MIN_TIME_MS,
    endMs: timeParameter(params, 'end') ?? Number.MAX_SAFE_INTEGER,
  };
  if (range.endMs < range.startMs)
    throw parameterError('end', 'end timestamp must not be before start time');
  const selectors = params.getAll('match[]').map(matchersOf);
  return (selectors.length > 0 ? selectors : [[]]).map((matchers) =>
    source.series(matchers, range),
  );
}

/** Of `match[]=…`. @throws InputError `query-parameter` */
export function matchersOf(text: string): readonly Matcher[] {
  try {
    const expr = parseSyntax(text);
    if (expr.kind !== 'selector')
      throw parameterError('match[]', `${text} is not a series selector`);
    if (!expr.matchers.some((matcher) => !matcher.matches('')))
      throw parameterError('match[]', 'match[] must contain at least one non-empty matcher');
    return expr.matchers;
  } catch (error) {
    throw error instanceof QueryError ? parameterError('match[]', error.message) : error;
  }
}

function seriesAnswer(params: URLSearchParams, ports: ApiPorts): string {
  if (params.getAll('match[]').length === 0)
    throw new InputError('query-parameter', 'no match[] parameter provided', { field: 'match[]' });
  const { seriesMax } = ports.limits ?? DEFAULT_LIMITS;
  const all = matchingSeries(params, ports).flat();
  const found = [...new Map(all.map((labels) => [labels.key, labels])).values()];
  const limit = limitParameter(params);
  if (limit === 0 && found.length > seriesMax)
    throw new QueryError(
      'query-limit',
      `${found.length} series match, the limit is ${seriesMax}; give limit=N or more matchers`,
    );
  const { kept, warnings } = truncated(found, limit);
  return success(`[${kept.map(({ json }) => json).join(',')}]`, { warnings });
}

function labelNames(params: URLSearchParams, ports: ApiPorts): string {
  const names = matchingSeries(params, ports).flatMap((list) => [...namesIn(list)]);
  return sortedAnswer(new Set(names), params);
}

function labelValues(label: string, params: URLSearchParams, ports: ApiPorts): string {
  if (label === '' || !label.isWellFormed())
    throw new InputError('query-parameter', `invalid label name: ${JSON.stringify(label)}`);
  const values = matchingSeries(params, ports).flatMap((list) => [...valuesIn(list, label)]);
  return sortedAnswer(new Set(values), params);
}

function sortedAnswer(texts: ReadonlySet<string>, params: URLSearchParams): string {
  const { kept, warnings } = truncated([...texts].sort(), limitParameter(params));
  return success(JSON.stringify(kept), { warnings });
}

function truncated<T>(
  items: readonly T[],
  limit: number,
): { readonly kept: readonly T[]; readonly warnings: readonly string[] } {
  if (limit === 0 || items.length <= limit) return { kept: items, warnings: [] };
  return { kept: items.slice(0, limit), warnings: ['results truncated due to limit'] };
}
