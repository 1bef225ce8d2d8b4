import type { FastifyInstance } from 'fastify';
import type { AlertEngine } from '../alert-engine.ts';
import type { GroupState, RuleHealth } from '../group.ts';
import { type AlertInstance, annotationsOf, isFiring } from '../state.ts';
import { formatFloat } from '../template/number.ts';

interface RulesQuery {
  readonly type?: 'alert' | 'record';
  readonly 'rule_name[]'?: string | readonly string[];
  readonly 'rule_group[]'?: string | readonly string[];
  readonly 'file[]'?: string | readonly string[];
  readonly exclude_alerts?: string;
}

/** Prometheus' `/api/v1/rules` and `/api/v1/alerts`. Source: Prometheus, "HTTP API", rules and alerts */
export function prometheusAlertRoutes(app: FastifyInstance, engine: AlertEngine): void {
  app.get<{ Querystring: RulesQuery }>('/api/v1/rules', async ({ query }) => ({
    status: 'success',
    data: { groups: engine.groups.flatMap((group) => toGroup(group, query) ?? []) },
  }));

  app.get('/api/v1/alerts', async () => ({
    status: 'success',
    data: {
      alerts: engine.groups.flatMap(({ rules }) => rules.flatMap((health) => activeAlerts(health))),
    },
  }));
}

/** @returns undefined when the query leaves no rule of the group */
function toGroup(state: GroupState, query: RulesQuery) {
  const { group } = state;
  if (!isWanted(query['rule_group[]'], group.name) || !isWanted(query['file[]'], group.file)) {
    return undefined;
  }
  const rules = state.rules.filter(
    ({ rule }) =>
      (query.type === undefined || rule.kind === query.type) &&
      isWanted(query['rule_name[]'], rule.name),
  );
  if (rules.length === 0) return undefined;
  const withAlerts = query.exclude_alerts !== 'true';
  return {
    name: group.name,
    file: group.file,
    rules: rules.map((health) => toRule(health, withAlerts)),
    interval: (group.intervalMs ?? 0) / 1000,
    queryOffset: (group.queryOffsetMs ?? 0) / 1000,
    limit: group.limit,
    evaluationTime: rules.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0),
    lastEvaluation: timeText(
      Math.max(0, ...rules.map(({ lastEvaluationMs }) => lastEvaluationMs ?? 0)),
    ),
  };
}

function isWanted(filter: string | readonly string[] | undefined, name: string): boolean {
  return (
    filter === undefined || filter === name || (Array.isArray(filter) && filter.includes(name))
  );
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
  const texts = (templates: typeof rule.labels) =>
    Object.fromEntries([...templates].map(([name, { text }]) => [name, text]));
  return {
    state: ruleState(health),
    ...common,
    duration: rule.forMs / 1000,
    keepFiringFor: rule.keepFiringForMs / 1000,
    labels: texts(rule.labels),
    annotations: texts(rule.annotations),
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
