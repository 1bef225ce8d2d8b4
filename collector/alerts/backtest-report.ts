import { InputError, reasonOf } from '../../base/errors.ts';
import type {
  AlertBacktestJson,
  BacktestReport,
  DryRunNotification,
  RuleBacktestJson,
} from '../../wire/http.ts';
import { parseNotifyConfig } from '../notify/config-file.ts';
import {
  type AlertBacktest,
  Backtest,
  type BacktestPorts,
  type BacktestRange,
} from './backtest.ts';
import { dryRunNotifications } from './notify-dry-run.ts';
import { PairedSeverities } from './paired-severities.ts';
import { withRecordings } from './replayed-recordings.ts';
import type { AlertingRule } from './rule.ts';
import { parseRuleFile } from './rule-file.ts';

/** A firing shorter than this is a flap: it was over before anybody could look. */
const FLAP_MS = 120_000;
/** `for:` that are tried besides the rule's own, in seconds. */
const OTHER_FOR_SECONDS = [0, 60, 300, 900, 3600];
/** Evaluation times of one replay: the query engine's limit. */
const STEPS_MAX = 10_000;
/** Steps that archives have rows for. */
const STEP_SECONDS = [1, 5, 10, 30, 60, 300, 900, 3600, 10_800, 86_400];

export interface BacktestRequest {
  /** A rule file. */
  readonly rules: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** undefined = as fine as the range allows. */
  readonly stepSeconds: number | undefined;
  /** Only the rule of this name. */
  readonly rule: string | undefined;
  /** An Alertmanager configuration: adds which notifications would have been sent; undefined = that is not asked. */
  readonly routing: string | undefined;
}

/**
 * Replays the alerting rules of a file over the past.
 * @throws InputError `rule-invalid` when it is no rule file, QueryError `query-canceled`
 */
export function backtest(request: BacktestRequest, ports: BacktestPorts): BacktestReport {
  const { groups, problems } = parseRuleFile(request.rules);
  if (problems.length > 0) {
    const texts = problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
    throw new InputError('rule-invalid', texts.join('\n'));
  }
  const range = rangeOf(request);
  const all = groups.flatMap((group) => group.rules);
  const rules = all
    .filter((rule) => rule.kind === 'alert')
    .filter(({ name }) => request.rule === undefined || name === request.rule);
  const source = withRecordings(all, range, ports);
  const reports = rules.map((rule) => report(rule, range, { ...ports, source }));
  return {
    fromMs: range.startMs,
    toMs: range.endMs,
    stepSeconds: range.stepMs / 1000,
    rules: reports,
    ...(request.routing !== undefined && {
      notifications: notifications(rules, reports, request.routing, range),
    }),
  };
}

function notifications(
  rules: readonly AlertingRule[],
  reports: readonly RuleBacktestJson[],
  routing: string,
  { endMs }: BacktestRange,
): readonly DryRunNotification[] {
  const { config } = parseNotifyConfig(routing);
  if (!config) throw new Error('the routing in use cannot be read');
  const pairs = new PairedSeverities();
  for (const [index, { name, isPaired }] of rules.entries()) {
    if (isPaired) for (const { labels } of reports[index]?.alerts ?? []) pairs.note(name, labels);
  }
  const alerts = reports.flatMap((one) => one.alerts);
  return dryRunNotifications(alerts, config, pairs.inhibitRules(), endMs);
}

function rangeOf({ fromMs, toMs, stepSeconds }: BacktestRequest): BacktestRange {
  const wanted = (toMs - fromMs) / 1000 / STEPS_MAX;
  const step =
    stepSeconds ?? STEP_SECONDS.find((seconds) => seconds >= wanted) ?? Math.ceil(wanted);
  const stepMs = step * 1000;
  const startMs = Math.ceil(fromMs / stepMs) * stepMs;
  return { startMs, endMs: Math.max(startMs, Math.floor(toMs / stepMs) * stepMs), stepMs };
}

function report(rule: AlertingRule, range: BacktestRange, ports: BacktestPorts): RuleBacktestJson {
  const empty = {
    rule: rule.name,
    severity: rule.labels.get('severity')?.text ?? null,
    expr: rule.expr,
    forSeconds: rule.forMs / 1000,
    otherFor: [],
  };
  try {
    const replayed = new Backtest(rule, range, ports);
    const alerts = replayed.replay().map((alert) => toJson(alert, range));
    const otherFor = OTHER_FOR_SECONDS.filter((seconds) => seconds * 1000 !== rule.forMs).map(
      (forSeconds) => ({ forSeconds, fires: countFirings(replayed.replay(forSeconds * 1000)) }),
    );
    return { ...empty, otherFor, ...summary(alerts, range), alerts, error: null };
  } catch (error) {
    return { ...empty, ...summary([], range), alerts: [], error: reasonOf(error) };
  }
}

function toJson(
  { labels, firings, last }: AlertBacktest,
  { endMs }: BacktestRange,
): AlertBacktestJson {
  return {
    labels,
    firings: firings.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? null })),
    firingSeconds: firings.reduce((sum, one) => sum + ((one.toMs ?? endMs) - one.fromMs) / 1000, 0),
    lastState: last === undefined || last.state === 'inactive' ? 'inactive' : last.state,
    lastValue: last !== undefined && Number.isFinite(last.value) ? last.value : null,
  };
}

function summary(alerts: readonly AlertBacktestJson[], { endMs }: BacktestRange) {
  const fired = alerts.filter(({ firings }) => firings.length > 0);
  const lengths = fired.flatMap(({ firings }) =>
    firings.map(({ fromMs, toMs }) => (toMs ?? endMs) - fromMs),
  );
  const endedMs = fired.flatMap(({ firings }) =>
    firings.flatMap(({ fromMs, toMs }) => (toMs === null ? [] : [toMs - fromMs])),
  );
  return {
    fires: lengths.length,
    hosts: new Set(fired.map(({ labels }) => labels['host'] ?? JSON.stringify(labels))).size,
    firingSeconds: lengths.reduce((sum, ms) => sum + ms / 1000, 0),
    longestSeconds: Math.max(0, ...lengths) / 1000,
    flaps: endedMs.filter((ms) => ms < FLAP_MS).length,
  };
}

function countFirings(alerts: readonly AlertBacktest[]): number {
  return alerts.reduce((sum, { firings }) => sum + firings.length, 0);
}
