import type { FastifyInstance } from 'fastify';
import {
  type AlertInfo,
  type EventInfo,
  type NewRule,
  type RuleInfo,
  SEVERITIES,
} from '../../../wire/http.ts';
import { Body } from '../body.ts';
import type { Caller } from '../guard.ts';
import type { AlertService } from '../ports.ts';

const NAME_MAX = 128;
const EXPR_MAX = 16_384;
const FOR_SECONDS = { default: 0, min: 0, max: 30 * 86_400 };

/**
 * Rules and alerts in the page's own shapes; Prometheus' and Alertmanager's stand beside them.
 * @param announce tells the charts that somebody changed a rule
 */
export function alertRoutes(
  app: FastifyInstance,
  alerts: AlertService,
  announce: (event: EventInfo) => void,
): void {
  const announceChange = (text: string, caller: Caller | null) =>
    announce({
      ...{ timeMs: Date.now(), host: '', kind: 'change', labels: {} },
      text: caller?.name ? `${text} by ${caller.name}` : text,
    });

  app.get('/api/rules', async (): Promise<readonly RuleInfo[]> => alerts.rules());
  app.get('/api/alerts', async (): Promise<readonly AlertInfo[]> => alerts.alerts());

  app.post('/api/rules', async (request, reply) => {
    const body = new Body(request.body);
    const name = body.text('name', { default: '', max: NAME_MAX });
    const rule: NewRule = {
      ...(name === '' ? {} : { name }),
      expr: body.text('expr', { max: EXPR_MAX }),
      forSeconds: body.number('forSeconds', FOR_SECONDS),
      severity: body.choice('severity', SEVERITIES, 'warning'),
      ...optionalText(body, 'summary'),
      ...optionalText(body, 'resolve'),
      onMissing: body.choice('onMissing', ['keep', 'resolve', 'fire'], 'keep'),
    };
    const added = alerts.addRule(rule);
    announceChange(`rule ${added.name} was added`, request.caller);
    return reply.code(201).send(added);
  });

  app.delete<{ Params: { name: string } }>(
    '/api/rules/:name',
    async ({ params, caller }, reply) => {
      alerts.removeRule(params.name);
      announceChange(`rule ${params.name} was removed`, caller);
      return reply.code(204).send();
    },
  );
}

/** A field only where the body has it. */
function optionalText<Field extends string>(body: Body, field: Field): { [K in Field]?: string } {
  const value = body.text(field, { default: '', max: EXPR_MAX });
  return (value === '' ? {} : { [field]: value }) as { [K in Field]?: string };
}
