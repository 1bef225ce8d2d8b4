import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Body } from '../../http/body.ts';
import { type QueryString, timeRange } from '../../http/params.ts';
import type { Alert } from '../alert.ts';
import { integrationId } from '../config.ts';
import type { Notifier } from '../notifier.ts';

const COMMENT_MAX = 1024;
const NAME_MAX = 256;
const ACK_SECONDS = { default: 86_400, min: 60, max: 30 * 86_400 };

/** Receivers, what they were told, their test, and acknowledgements. */
export function notificationRoutes(app: FastifyInstance, notifier: Notifier): void {
  app.get('/api/notify/receivers', async () =>
    notifier.config.receivers.map(({ name, integrations }) => ({
      name,
      integrations: integrations.map(({ kind }, index) => integrationId(name, kind, index)),
    })),
  );

  app.get<{ Querystring: QueryString }>('/api/notifications', async ({ query }) => ({
    waiting: notifier.courier.waiting.map(({ integration, notification, reason, ...rest }) => ({
      integration,
      groupKey: notification.groupKey,
      reason,
      createdMs: rest.createdMs,
      attempts: rest.attempts,
      nextMs: rest.nextMs,
      failure: notifier.courier.failureOf(integration),
    })),
    delivered: notifier.deliveries(timeRange(query, Date.now())),
  }));

  app.post('/api/notify/test', async ({ body }) => {
    const receiver = new Body(body).text('receiver', { max: NAME_MAX });
    return { channels: await notifier.test(receiver, testAlert()) };
  });

  app.post<{ Params: { fingerprint: string } }>(
    '/api/alerts/:fingerprint/ack',
    async ({ params, body, caller }, reply) => {
      const fields = new Body(body ?? {});
      const atMs = Date.now();
      notifier.acknowledge({
        fingerprint: params.fingerprint,
        byWhom: fields.text('byWhom', { default: caller?.name ?? '', max: NAME_MAX }),
        comment: fields.text('comment', { default: '', max: COMMENT_MAX }),
        atMs,
        untilMs: atMs + fields.number('seconds', ACK_SECONDS) * 1000,
      });
      return reply.code(204).send();
    },
  );

  app.delete<{ Params: { fingerprint: string } }>(
    '/api/alerts/:fingerprint/ack',
    async ({ params }, reply) => {
      notifier.unacknowledge(params.fingerprint);
      return reply.code(204).send();
    },
  );
}

/** Labels that no rule gives, so that nobody takes it for a real one. */
function testAlert(): Alert {
  return {
    labels: { alertname: 'NotifyTest', severity: 'info', test: randomUUID().slice(0, 8) },
    annotations: { summary: 'A test of this receiver; nothing is the matter' },
    startsAtMs: Date.now(),
    endsAtMs: undefined,
    generatorUrl: '',
  };
}
