import type { FastifyInstance } from 'fastify';
import type { BandRangeRequest, SeriesRangeRequest } from '../../range/read-range.ts';
import { preferredFormat } from '../exposition.ts';
import { labelFilter, many, one, type QueryString, required, timeRange, whole } from '../params.ts';
import type { QueryRunner, RangeFormat } from '../ports.ts';
import { answerQuery } from './answer.ts';

const HOSTS_MAX = 1000;
const METRICS_MAX = 200;
const SELECTORS_MAX = 100;
const CHANGES = { default: 50, min: 1, max: 1000 };
/** Of paths of graphs, with what each gives. */
const SUFFIXES: readonly (readonly [suffix: string, format: RangeFormat])[] = [
  ['', 'json'],
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.svg', 'svg'],
];
const POINTS = { default: 900, min: 1, max: 20_000 };

/** What query threads answer: ranges of series and of the spread over all hosts; newest values for another Prometheus. */
export function seriesRoutes(app: FastifyInstance, queries: QueryRunner): void {
  for (const [suffix, format] of SUFFIXES) {
    app.get<{ Querystring: QueryString }>(`/api/series${suffix}`, async (request, reply) =>
      answerQuery(queries, reply, {
        kind: 'series',
        request: seriesRequest(request.query),
        format,
      }),
    );
    app.get<{ Querystring: QueryString }>(`/api/bands${suffix}`, async (request, reply) =>
      answerQuery(queries, reply, {
        kind: 'bands',
        request: bandRequest(request.query),
        format,
      }),
    );
  }

  app.get<{ Querystring: QueryString }>('/api/changes', async (request, reply) =>
    answerQuery(queries, reply, {
      kind: 'changes',
      request: {
        host: one(request.query, 'host') ?? '',
        ...timeRange(request.query, Date.now()),
        limit: whole(request.query, 'limit', CHANGES),
      },
    }),
  );

  app.get<{ Querystring: QueryString }>('/federate', async (request, reply) =>
    answerQuery(queries, reply, {
      kind: 'federate',
      selectors: many(request.query, 'match[]', SELECTORS_MAX),
      format: preferredFormat(request.headers.accept),
    }),
  );
}

function seriesRequest(query: QueryString): SeriesRangeRequest {
  return {
    hosts: query['host'] === undefined ? [] : many(query, 'host', HOSTS_MAX),
    metrics: many(query, 'metric', METRICS_MAX),
    labels: labelFilter(query),
    ...timeRange(query, Date.now()),
    points: whole(query, 'points', POINTS),
    onlyAverage: one(query, 'only') === 'average',
  };
}

function bandRequest(query: QueryString): BandRangeRequest {
  return {
    metric: required(query, 'metric'),
    ...timeRange(query, Date.now()),
    points: whole(query, 'points', POINTS),
  };
}
