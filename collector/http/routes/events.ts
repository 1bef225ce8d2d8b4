import type { FastifyInstance } from 'fastify';
import type { EventInfo } from '../../../wire/http.ts';
import { isLabelName, type Labels, LIMITS } from '../../../wire/metric.ts';
import type { EventStore } from '../../events/event-store.ts';
import { Body } from '../body.ts';
import { one, type QueryString, timeRange } from '../params.ts';

const KIND_MAX = 64;
const TEXT_MAX = 512;

/**
 * What happened, and notes that people or scripts add.
 * @param add stores an event and shows it on the open pages
 */
export function eventRoutes(
  app: FastifyInstance,
  events: Pick<EventStore, 'inRange'>,
  add: (event: EventInfo) => void,
): void {
  app.get<{ Querystring: QueryString }>(
    '/api/events',
    async ({ query }): Promise<readonly EventInfo[]> =>
      events.inRange({ host: one(query, 'host'), ...timeRange(query, Date.now()) }),
  );

  app.post('/api/events', async (request, reply) => {
    const body = new Body(request.body);
    const event: EventInfo = {
      timeMs: body.number('timeMs', { default: Date.now(), min: 0, max: Date.now() + 86_400_000 }),
      host: body.text('host', { default: '', max: LIMITS.hostName }),
      kind: body.text('kind', { default: 'note', max: KIND_MAX }),
      text: body.text('text', { max: TEXT_MAX }),
      labels: labelsIn(body),
    };
    add(event);
    return reply.code(201).send(event);
  });
}

function labelsIn(body: Body): Labels {
  return body.textMap('labels', {
    max: LIMITS.labels,
    accepts: (name, value) => isLabelName(name) && value.length <= LIMITS.labelValue,
  });
}
