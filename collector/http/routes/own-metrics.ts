import type { FastifyInstance } from 'fastify';
import { EXPOSITION_TYPES, formatExposition, preferredFormat } from '../exposition.ts';
import type { OwnMetrics } from '../own-metrics.ts';

/** `/metrics`: for a Prometheus that watches the appliance. */
export function ownMetricsRoute(app: FastifyInstance, metrics: OwnMetrics): void {
  app.get('/metrics', async ({ headers }, reply) => {
    const format = preferredFormat(headers.accept);
    return reply
      .type(EXPOSITION_TYPES[format])
      .header('vary', 'accept')
      .send(formatExposition(metrics.families(), format));
  });
  app.addHook('onClose', async () => metrics.close());
}
