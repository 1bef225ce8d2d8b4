import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ApiAnswer, errorAnswer } from './api.ts';
import type { ApiRequest } from './api-request.ts';

/** What the Prometheus API needs from the collector. */
export interface PrometheusApiPorts {
  /**
   * Answers one request, usually by `answerApi` in another thread.
   * @param signal is aborted when the client has gone
   * @throws InputError `busy`, `query-timeout`, `query-canceled`
   */
  run(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
  /** `/api/v1/metadata`: by metric name. */
  metadata(): Readonly<Record<string, readonly MetricMetadata[]>>;
  /** `data` of the paths that tell about the server, by path below `/api/v1/`: `status/buildinfo`, `rules`, `targets`… */
  readonly documents: ReadonlyMap<string, () => unknown>;
}

export interface MetricMetadata {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'stateset' | 'unknown';
  readonly help: string;
  readonly unit: string;
}

/** Paths that take their parameters from a form, too; Grafana uses POST for all of these. */
const FORM_PATHS = [
  'query',
  'query_range',
  'query_exemplars',
  'series',
  'labels',
  'format_query',
  'parse_query',
] as const;

/** Registers Prometheus' HTTP API below `/api/v1/`. Expects forms to be parsed into URLSearchParams. */
export function registerPrometheusApi(app: FastifyInstance, ports: PrometheusApiPorts): void {
  for (const path of FORM_PATHS) {
    app.route({
      method: ['GET', 'POST'],
      url: `/api/v1/${path}`,
      config: { access: 'viewer' }, // a POST that only reads
      handler: (request, reply) => run(ports, path, request, reply),
    });
  }
  for (const path of ['query_range.json', 'query_range.csv', 'query_range.svg']) {
    app.get(`/api/v1/${path}`, (request, reply) => run(ports, path, request, reply));
  }
  app.get<{ Params: { name: string } }>('/api/v1/label/:name/values', (request, reply) =>
    run(ports, `label/${request.params.name}/values`, request, reply),
  );
  app.get('/api/v1/metadata', (request, reply) => {
    const params = parametersOf(request);
    return send(reply, success(filterMetadata(ports.metadata(), params)));
  });
  for (const [path, document] of ports.documents) {
    app.get(`/api/v1/${path}`, (_request, reply) => send(reply, success(document())));
  }
}

async function run(
  ports: PrometheusApiPorts,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  try {
    return send(reply, await ports.run({ path, params: parametersOf(request) }, gone.signal));
  } catch (error) {
    return send(reply, errorAnswer(error));
  }
}

/** The query string's parameters, then the form's. */
function parametersOf(request: FastifyRequest): URLSearchParams {
  const params = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
  if (request.body instanceof URLSearchParams) {
    for (const [name, value] of request.body) params.append(name, value);
  }
  return params;
}

function success(data: unknown): ApiAnswer {
  return { status: 200, body: JSON.stringify({ status: 'success', data }) };
}

function send(reply: FastifyReply, { status, type, body }: ApiAnswer): FastifyReply {
  return reply
    .code(status)
    .type(type ?? 'application/json')
    .send(body);
}

function filterMetadata(
  metadata: ReturnType<PrometheusApiPorts['metadata']>,
  params: URLSearchParams,
): Record<string, readonly MetricMetadata[]> {
  const metric = params.get('metric');
  const limit = Number(params.get('limit') || -1);
  const limitPerMetric = Number(params.get('limit_per_metric') || -1);
  const chosen = Object.entries(metadata).filter(([name]) => !metric || name === metric);
  const limited = limit >= 0 ? chosen.slice(0, limit) : chosen;
  return Object.fromEntries(
    limited.map(([name, entries]) => [
      name,
      limitPerMetric >= 0 ? entries.slice(0, limitPerMetric) : entries,
    ]),
  );
}
