import type { FastifyInstance } from 'fastify';
import { one, type QueryString, timeRange } from '../../http/params.ts';
import type { Alerting } from '../alerting.ts';

/** What happened to alerts, and reading the rule files again. */
export function alertHistoryRoutes(app: FastifyInstance, alerting: Alerting): void {
  app.get<{ Querystring: QueryString }>('/api/alerts/history', async ({ query }) => {
    const rule = one(query, 'rule');
    const range = timeRange(query, Date.now());
    return alerting.transitions({ ...range, ...(rule !== undefined && { rule }) });
  });

  app.post('/-/reload', { config: { access: 'operator' } }, async ({ caller }, reply) => {
    alerting.reload();
    const by = caller?.name ? ` by ${caller.name}` : '';
    app.announce({
      ...{ timeMs: Date.now(), host: '', kind: 'change', labels: {} },
      text: `rules and routing were read again${by}`,
    });
    return reply.code(200).send();
  });
}
