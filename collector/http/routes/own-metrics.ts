import type { FastifyInstance } from 'fastify';
import { EXPOSITION_TYPE, formatExposition } from '../exposition.ts';
import type { OwnMetrics } from '../own-metrics.ts';

/** `/metrics`: for a Prometheus that watches the appliance. */
export function ownMetricsRoute(app: FastifyInstance, metrics: OwnMetrics): void {
  app.get('/metrics', async (_request, reply) =>
    reply.type(EXPOSITION_TYPE).send(formatExposition(metrics.families())),
  );
  app.addHook('onClose', async () => metrics.close());
}
