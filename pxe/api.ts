/** `/api/pxe/*`: JSON over a Unix socket in the data folder, forwarded by the collector, which also says who asks. */
import { chmodSync, rmSync } from 'node:fs';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { diskFullAnswer } from '../base/disk-full.ts';
import { InputError } from '../base/errors.ts';
import { parseMac } from '../wire/address.ts';
import type { BootExplanation, InstalledState, PxeNode, PxeStatus } from '../wire/pxe.ts';
import { readAssignment, readMacs } from './inventory/body.ts';
import { NODE_ACTIONS, type NodeAction } from './inventory/node.ts';
import type { Actor, Registry } from './inventory/registry.ts';

export interface ApiOptions {
  readonly registry: Registry;
  readonly status: () => PxeStatus;
  readonly leases: () => readonly object[];
  /** The last lines of what installers said on a node, oldest first. */
  readonly installerLog: (node: PxeNode, count: number) => readonly string[];
  readonly explain: (of: {
    readonly mac: string;
    readonly node: PxeNode | undefined;
  }) => BootExplanation;
  /** undefined for a node that this appliance has not installed. */
  readonly installed: (node: PxeNode) => InstalledState | undefined;
  /** The tar archive of a config space from which a node was made. */
  readonly space: (sha256: string) => Buffer | undefined;
}

/** What people may do; the other actions are the machines'. */
const PEOPLES_ACTIONS: readonly NodeAction[] = ['approve', 'install', 'cancel', 'retire'];
const EVENTS_MAX = 500;
const LOG_LINES_MAX = 5000;

type NodeRequest = FastifyRequest<{
  Params: { name: string };
  Querystring: { after?: string; limit?: string; lines?: string };
}>;

/** The app; other parts of pxe add their routes to it before it listens. */
export function pxeApi({
  registry,
  status,
  leases,
  explain,
  installerLog,
  installed,
  space,
}: ApiOptions): FastifyInstance {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof InputError)) {
      const full = diskFullAnswer(error);
      if (full) return reply.code(full.status).send(full.body);
      const { statusCode = 500, message } = error as Error & { statusCode?: number };
      return reply.code(statusCode).send({ code: 'internal', message });
    }
    const { code, message } = error;
    const status = code.endsWith('-unknown')
      ? 404
      : /-exists$|-taken$|^node-state$/.test(code)
        ? 409
        : 400;
    return reply.code(status).send({ code, message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ code: 'path-unknown', message: `the API has no ${request.method} ${request.url}` }),
  );

  app.get('/api/pxe/status', () => status());
  app.get('/api/pxe/leases', () => ({ leases: leases() }));
  app.get('/api/pxe/nodes', () => ({ nodes: registry.list() }));
  app.post('/api/pxe/nodes', (request) => {
    const body = bodyOf(request);
    return registry.add({ ...readAssignment(body), macs: readMacs(body) }, actorOf(request));
  });
  app.get('/api/pxe/nodes/:name', (request: NodeRequest) => nodeOf(registry, request.params.name));
  app.patch('/api/pxe/nodes/:name', (request: NodeRequest) =>
    registry.assign(
      nodeOf(registry, request.params.name),
      readAssignment(bodyOf(request)),
      actorOf(request),
    ),
  );
  for (const action of NODE_ACTIONS.filter((one) => PEOPLES_ACTIONS.includes(one))) {
    app.post(`/api/pxe/nodes/:name/${action}`, (request: NodeRequest) =>
      registry.act(nodeOf(registry, request.params.name), action, actorOf(request)),
    );
  }
  app.get('/api/pxe/nodes/:name/events', (request: NodeRequest) => ({
    events: registry.events(nodeOf(registry, request.params.name), {
      afterId: Number(request.query.after ?? 0) || 0,
      limit: Math.min(Number(request.query.limit ?? 200) || 200, EVENTS_MAX),
    }),
  }));
  app.get('/api/pxe/nodes/:name/log', (request: NodeRequest) => ({
    lines: installerLog(
      nodeOf(registry, request.params.name),
      Math.min(Number(request.query.lines ?? 200) || 200, LOG_LINES_MAX),
    ),
  }));
  app.get('/api/pxe/nodes/:name/audit', (request: NodeRequest) => ({
    entries: registry.audit(nodeOf(registry, request.params.name)),
  }));
  app.get('/api/pxe/nodes/:name/installed', (request: NodeRequest) => ({
    installed: installed(nodeOf(registry, request.params.name)) ?? null,
  }));
  app.get<{ Params: { sha256: string } }>('/api/pxe/spaces/:sha256', (request, reply) => {
    const { sha256 } = request.params;
    const archive = space(sha256);
    if (!archive) throw new InputError('space-unknown', `no node was made from ${sha256}`);
    return reply.type('application/x-tar').send(archive);
  });
  app.get('/api/pxe/audit', () => ({ entries: registry.audit() }));
  app.get('/api/pxe/explain/:name', (request: NodeRequest) => {
    const { name } = request.params;
    const mac = parseMac(name);
    const node = mac === undefined ? nodeOf(registry, name) : registry.byMac(mac);
    return explain({ mac: mac ?? node?.macs[0] ?? '', node });
  });
  return app;
}

/** Listens on the socket file, which only this user may open: who asks is taken from the collector's word. */
export async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await app.listen({ path });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
}

function nodeOf(registry: Registry, name: string): PxeNode {
  const mac = parseMac(name);
  const node = (mac && registry.byMac(mac)) ?? registry.byName(name);
  if (!node) {
    throw new InputError(
      'node-unknown',
      `there is no node ${name}; \`clustermon node list\` shows them`,
      { field: 'node' },
    );
  }
  return node;
}

function actorOf(request: FastifyRequest): Actor {
  const { 'x-clustermon-caller': who, 'x-forwarded-for': from } = request.headers;
  return { who: String(who || 'local'), from: String(from || 'local') };
}

function bodyOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const { body } = request;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Readonly<Record<string, unknown>>;
  }
  throw new InputError('body-invalid', 'the body is to be a JSON object', { field: 'body' });
}
