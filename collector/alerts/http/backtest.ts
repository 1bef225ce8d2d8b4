import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { InputError } from '../../../base/errors.ts';
import type {
  AlertBacktestJson,
  AlertDecision,
  AlertDetail,
  AlertExplanation,
  BacktestReport,
  ExplainedPart,
} from '../../../wire/http.ts';
import { Body } from '../../http/body.ts';
import { one, type QueryString, required, time } from '../../http/params.ts';
import type { QueryRunner } from '../../http/ports.ts';
import { answerQuery } from '../../http/routes/answer.ts';
import { decisionAt, decisionNow, firingAfter } from '../../notify/decision.ts';
import { recordedFor } from '../../query-worker/recorded.ts';
import type { AlertEngine } from '../alert-engine.ts';
import { severityOf } from '../alert-info.ts';
import type { Alerting } from '../alerting.ts';
import type { AlertingRule } from '../rule.ts';

const RULES_MAX = 1_000_000;
const NAME_MAX = 256;
const EXPLAINED_MS = 3_600_000;
/** A time that is no further back is now. */
const PRESENT_MS = 5000;
/** How long before alerts that inhibit are looked for. */
const SOURCES_MS = 7 * 86_400_000;
/** From the year 2000, so that a number in other units is refused. */
const TIME_MS = { min: 946_684_800_000, max: 32_503_680_000_000 };

/** Replays of rules over the past, and what a rule's expression was made of at one time. */
export function backtestRoutes(
  app: FastifyInstance,
  { alerting, queries }: { readonly alerting: Alerting; readonly queries: QueryRunner },
): void {
  const { engine } = alerting;
  app.post('/api/alerts/backtest', { config: { access: 'viewer' } }, async (request, reply) => {
    const body = new Body(request.body);
    const nowMs = Date.now();
    const toMs = body.number('toMs', { default: nowMs, ...TIME_MS });
    const fromMs = body.number('fromMs', { default: toMs - 86_400_000, ...TIME_MS });
    if (fromMs >= toMs) throw new InputError('param-range', 'fromMs must be before toMs');
    const stepSeconds = body.number('stepSeconds', { default: 0, min: 0, max: 86_400 });
    const rule = body.text('rule', { default: '', max: NAME_MAX });
    const rules = body.text('rules', { max: RULES_MAX });
    const task = {
      kind: 'backtest' as const,
      recorded: recordedFor([rules], alerting.ownHistory),
      request: {
        rules,
        fromMs,
        toMs,
        stepSeconds: stepSeconds || undefined,
        rule: rule || undefined,
        routing:
          body.choice('notify', ['none', 'dry-run'], 'none') === 'dry-run'
            ? alerting.routing
            : undefined,
      },
    };
    return answerQuery(queries, reply, task);
  });

  app.get<{ Querystring: QueryString }>('/api/alerts/explain', async ({ query }, reply) => {
    const nowMs = Date.now();
    const severity = one(query, 'severity');
    const rule = ruleNamed(engine, required(query, 'rule'), severity);
    const atMs = time(query, 'at', { nowMs, defaultMs: nowMs });
    const host = one(query, 'host');
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const isRecent = nowMs - atMs < EXPLAINED_MS;
    const recorded = recordedFor([rule.expr], isRecent ? engine.recorded : alerting.ownHistory);
    const parts = await queries.run(
      { kind: 'explain', expr: rule.expr, timeMs: atMs, host, recorded },
      gone.signal,
    );
    const past = await queries.run(
      {
        kind: 'backtest',
        recorded,
        request: {
          rules: ruleFileOf(rule),
          fromMs: atMs - EXPLAINED_MS,
          toMs: atMs,
          stepSeconds: undefined,
          rule: undefined,
          routing: undefined,
        },
      },
      gone.signal,
    );
    const [timeline] = (JSON.parse(past.body) as BacktestReport).rules;
    const isAbout = (labels: Readonly<Record<string, string>>) =>
      host === undefined || labels['host'] === host;
    const handling = engine
      .alerts()
      .filter((alert) => alert.rule === rule.name && isAbout(alert.labels))
      .filter((alert) => severity === undefined || alert.severity === severity);
    const alerts = timeline?.alerts.filter(({ labels }) => isAbout(labels)) ?? [];
    const explanation: AlertExplanation = {
      rule: rule.name,
      atMs,
      parts: JSON.parse(parts.body) as readonly ExplainedPart[],
      timeline: {
        ...(timeline as BacktestReport['rules'][number]),
        alerts,
      },
      handling,
      decisions:
        nowMs - atMs < PRESENT_MS
          ? decisionsNow(alerting, handling, nowMs)
          : decisionsAt(alerting, alerts, atMs),
    };
    return explanation;
  });
}

function decisionsNow(
  { notifier }: Alerting,
  alerts: readonly AlertDetail[],
  nowMs: number,
): readonly AlertDecision[] {
  return alerts.flatMap(({ labels, state }) =>
    state === 'resolved' ? [] : [{ labels, state, ...decisionNow(notifier, labels, nowMs) }],
  );
}

/** @param alerts as they were at that time */
function decisionsAt(
  alerting: Alerting,
  alerts: readonly AlertBacktestJson[],
  timeMs: number,
): readonly AlertDecision[] {
  const firing = firingAfter(alerting.transitions({ fromMs: timeMs - SOURCES_MS, toMs: timeMs }));
  return alerts.flatMap(({ labels, lastState: state }) =>
    state === 'inactive'
      ? []
      : [{ labels, state, ...decisionAt(alerting.notifier, labels, { timeMs, firing }) }],
  );
}

/**
 * @param severity of several rules with one name; undefined = the first of them
 * @throws InputError `rule-unknown`
 */
function ruleNamed(engine: AlertEngine, name: string, severity: string | undefined): AlertingRule {
  const rules = engine.groups.flatMap(({ rules: all }) => all.map(({ rule }) => rule));
  const found = rules
    .filter((rule) => rule.kind === 'alert')
    .filter((rule) => rule.name === name)
    .find(({ labels }) => !severity || severityOf(labels.get('severity')?.text) === severity);
  if (found) return found;
  throw new InputError(
    'rule-unknown',
    `there is no rule ${name}${severity ? ` of severity ${severity}` : ''}; \`clustermon alert list --rules\` shows all`,
  );
}

function ruleFileOf(rule: AlertingRule): string {
  return stringify({
    groups: [
      {
        name: 'explained',
        rules: [
          {
            alert: rule.name,
            expr: rule.expr,
            for: `${rule.forMs}ms`,
            keep_firing_for: `${rule.keepFiringForMs}ms`,
            labels: Object.fromEntries([...rule.labels].map(([name, { text }]) => [name, text])),
            ...(rule.resolve !== undefined && { resolve: rule.resolve }),
            ...(rule.onMissing !== undefined && { on_missing: rule.onMissing }),
          },
        ],
      },
    ],
  });
}
