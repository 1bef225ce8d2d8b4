import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InputError } from '../../base/errors.ts';
import type { ImportedView, ViewCheck, ViewFile, ViewList, ViewSummary } from '../../wire/views.ts';
import { includesRole } from '../access/role.ts';
import { Body } from '../http/body.ts';
import type { QueryRunner } from '../http/ports.ts';
import { type RecordedSource, recordedFor } from '../query-worker/recorded.ts';
import { importGangliaView } from './ganglia-view.ts';
import { LiveValues } from './live-values.ts';
import { parseView, VIEW_LENGTH_MAX } from './parse-view.ts';
import type { StoredView, ViewStore } from './view-store.ts';

interface ViewPorts {
  readonly views: ViewStore;
  readonly queries: QueryRunner;
  /** Series that rules make. */
  readonly recorded: RecordedSource;
}

type Named = { Params: { name: string } };

/** One page shows so many at most. */
const EXPRESSIONS_MAX = 400;
const EXPRESSION_MAX = 10_000;
const JSON_MAX = 512 * 1024;

/** Reading needs the role `viewer`, saving and deleting `operator`. */
export function viewRoutes(app: FastifyInstance, { views, queries, recorded }: ViewPorts): void {
  const live = new LiveValues((query, timeS) => {
    const params = new URLSearchParams({ query, time: String(timeS) }).toString();
    const task = { kind: 'prometheus', path: 'query', params } as const;
    return queries.run(
      { ...task, recorded: recordedFor([query], recorded) },
      new AbortController().signal,
    );
  }, Date.now);
  const viewer = { config: { access: 'viewer' } } as const;

  app.get(
    '/api/views',
    async (request): Promise<ViewList> => ({
      views: views.list().map(summaryOf),
      canEdit: canEdit(request),
    }),
  );
  app.get<Named>('/api/views/:name', async (request, reply) =>
    answer(request, reply, views.get(request.params.name)),
  );
  app.put<Named>('/api/views/:name', async (request, reply) => {
    const text = new Body(request.body).text('text', { max: VIEW_LENGTH_MAX });
    return answer(request, reply, views.save(request.params.name, text, seenVersion(request)));
  });
  app.delete<Named>('/api/views/:name', async (request, reply) => {
    views.remove(request.params.name, seenVersion(request));
    return reply.code(204).send();
  });
  app.post('/api/views/check', viewer, async (request): Promise<ViewCheck> => {
    return parseView(
      new Body(request.body).text('text', { default: '', max: 2 * VIEW_LENGTH_MAX }),
    );
  });
  app.post('/api/views/import', viewer, async (request): Promise<ImportedView> => {
    return importGangliaView(new Body(request.body).text('json', { max: JSON_MAX }));
  });
  app.post('/api/views/values', viewer, async (request) => live.values(expressionsIn(request)));
}

function answer(request: FastifyRequest, reply: FastifyReply, stored: StoredView): FastifyReply {
  const { text, version, view, problems } = stored;
  const file: ViewFile = {
    ...summaryOf(stored),
    text,
    version,
    view,
    problems,
    canEdit: canEdit(request),
  };
  return reply.header('etag', `"${version}"`).send(file);
}

function summaryOf({ view, problems, ...stored }: StoredView): ViewSummary {
  const { name, origin, isOverride, changedMs } = stored;
  return {
    name,
    title: view?.title ?? name,
    description: view?.description ?? '',
    origin,
    isOverride,
    panelCount: view?.rows.reduce((sum, { panels }) => sum + panels.length, 0) ?? 0,
    problemCount: problems.length,
    changedMs,
  };
}

function canEdit({ caller }: FastifyRequest): boolean {
  return caller !== null && includesRole(caller.role, 'operator');
}

function seenVersion({ headers }: FastifyRequest): string | undefined {
  return headers['if-match']?.replace(/^(?:W\/)?"(.*)"$/, '$1');
}

function expressionsIn({ body }: FastifyRequest): readonly string[] {
  const { exprs } = (body ?? {}) as { exprs?: unknown };
  const isSound =
    Array.isArray(exprs) &&
    exprs.length <= EXPRESSIONS_MAX &&
    exprs.every((expr) => typeof expr === 'string' && expr.length <= EXPRESSION_MAX);
  if (isSound) return exprs as string[];
  throw new InputError(
    'body-invalid',
    `exprs must be a list of at most ${EXPRESSIONS_MAX} expressions of ${EXPRESSION_MAX} characters`,
    { field: 'exprs' },
  );
}
