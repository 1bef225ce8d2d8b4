import type { FastifyInstance } from 'fastify';
import { labelFilter, many, one, type QueryString, required, timeRange, whole } from '../params.ts';
import type { QueryRunner } from '../ports.ts';
import { answerQuery } from './answer.ts';

const HOSTS_MAX = 1000;
const METRICS_MAX = 200;
const SELECTORS_MAX = 100;
const POINTS = { default: 900, min: 1, max: 20_000 };

/** What query threads answer: ranges of series and of the spread over all hosts; newest values for another Prometheus. */
export function seriesRoutes(app: FastifyInstance, queries: QueryRunner): void {
  app.get<{ Querystring: QueryString }>('/api/series', async (request, reply) => {
    const { query } = request;
    return answerQuery(queries, request, reply, {
      kind: 'series',
      request: {
        hosts: query['host'] === undefined ? [] : many(query, 'host', HOSTS_MAX),
        metrics: many(query, 'metric', METRICS_MAX),
        labels: labelFilter(query),
        ...timeRange(query, Date.now()),
        points: whole(query, 'points', POINTS),
        onlyAverage: one(query, 'only') === 'average',
      },
    });
  });

  app.get<{ Querystring: QueryString }>('/api/bands', async (request, reply) => {
    const { query } = request;
    return answerQuery(queries, request, reply, {
      kind: 'bands',
      request: {
        metric: required(query, 'metric'),
        ...timeRange(query, Date.now()),
        points: whole(query, 'points', POINTS),
      },
    });
  });

  app.get<{ Querystring: QueryString }>('/federate', async (request, reply) =>
    answerQuery(queries, request, reply, {
      kind: 'federate',
      selectors: many(request.query, 'match[]', SELECTORS_MAX),
    }),
  );
}
