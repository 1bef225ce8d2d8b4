import type { FastifyInstance } from 'fastify';
import { errorAnswer } from '../../query/api.ts';
import type { AlertEngine } from '../alert-engine.ts';
import type { GroupState, RuleHealth } from '../group.ts';
import { type AlertInstance, annotationsOf, isFiring } from '../state.ts';
import { formatFloat } from '../template/number.ts';
import { labelsOf, pageOf, RulesFilter, type RulesQuery } from './rules-query.ts';

/** Prometheus' `/api/v1/rules` and `/api/v1/alerts`. Source: Prometheus, "HTTP API", rules and alerts */
export function prometheusAlertRoutes(app: FastifyInstance, engine: AlertEngine): void {
  app.get<{ Querystring: RulesQuery }>('/api/v1/rules', async ({ query }, reply) => {
    try {
      const filter = new RulesFilter(query);
      const groups = engine.groups.flatMap((group) => toGroup(group, filter) ?? []);
      return { status: 'success', data: pageOf(groups, query) };
    } catch (error) {
      const { status, body } = errorAnswer(error);
      return reply.code(status).type('application/json').send(body);
    }
  });

  app.get('/api/v1/alerts', async () => ({
    status: 'success',
    data: {
      alerts: engine.groups.flatMap(({ rules }) => rules.flatMap((health) => activeAlerts(health))),
    },
  }));
}

/** @returns undefined when the query leaves no rule of the group */
function toGroup(state: GroupState, filter: RulesFilter) {
  const { group } = state;
  if (!filter.wantsGroup(group)) return undefined;
  const rules = state.rules.filter(({ rule }) => filter.wantsRule(rule));
  if (rules.length === 0) return undefined;
  return {
    name: group.name,
    file: group.file,
    rules: rules.map((health) => toRule(health, filter.withAlerts)),
    interval: (group.intervalMs ?? 0) / 1000,
    queryOffset: (group.queryOffsetMs ?? 0) / 1000,
    limit: group.limit,
    evaluationTime: rules.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0),
    lastEvaluation: timeText(
      Math.max(0, ...rules.map(({ lastEvaluationMs }) => lastEvaluationMs ?? 0)),
    ),
  };
}

function toRule(health: RuleHealth, withAlerts: boolean) {
  const { rule, error, durationMs, lastEvaluationMs } = health;
  const common = {
    name: rule.name,
    query: rule.expr,
    health: error !== undefined ? 'err' : lastEvaluationMs === undefined ? 'unknown' : 'ok',
    ...(error !== undefined && { lastError: error }),
    evaluationTime: durationMs / 1000,
    lastEvaluation: timeText(lastEvaluationMs ?? 0),
  };
  if (rule.kind === 'record') return { ...common, labels: rule.labels, type: 'recording' };
  return {
    state: ruleState(health),
    ...common,
    duration: rule.forMs / 1000,
    keepFiringFor: rule.keepFiringForMs / 1000,
    labels: labelsOf(rule),
    annotations: Object.fromEntries([...rule.annotations].map(([name, { text }]) => [name, text])),
    // Prometheus has neither; its clients pass over them.
    ...(rule.resolve !== undefined && { resolve: rule.resolve }),
    ...(rule.onMissing !== undefined && { onMissing: rule.onMissing }),
    alerts: withAlerts ? activeAlerts(health) : [],
    type: 'alerting',
  };
}

function ruleState({ alerts, lastEvaluationMs }: RuleHealth): string {
  const instances = [...(alerts?.instances.values() ?? [])];
  if (instances.some(isFiring)) return 'firing';
  if (instances.some(({ state }) => state === 'pending')) return 'pending';
  return lastEvaluationMs === undefined ? 'unknown' : 'inactive';
}

function activeAlerts({ alerts }: RuleHealth) {
  return [...(alerts?.instances.values() ?? [])]
    .filter(({ state }) => state !== 'inactive')
    .map(toAlert);
}

/** Prometheus has no `nodata`: there such an alert fires. */
function toAlert(instance: AlertInstance) {
  return {
    labels: instance.labels.toObject(),
    annotations: annotationsOf(instance),
    state: isFiring(instance) ? 'firing' : 'pending',
    activeAt: timeText(instance.activeAtMs),
    ...(instance.keepFiringSinceMs !== undefined && {
      keepFiringSince: timeText(instance.keepFiringSinceMs),
    }),
    value: formatFloat(instance.value, 'e', -1),
  };
}

function timeText(timeMs: number): string {
  return timeMs === 0 ? '0001-01-01T00:00:00Z' : new Date(timeMs).toISOString();
}
