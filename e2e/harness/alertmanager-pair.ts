/** A real Alertmanager (Debian's) and our notifier with its API beside it: the same routing file, each with a webhook of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { systemClock } from '../../base/clock.ts';
import { openLog } from '../../base/log.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { parseNotifyConfig } from '../../collector/notify/config-file.ts';
import { alertmanagerRoutes } from '../../collector/notify/http/alertmanager.ts';
import { Notifier } from '../../collector/notify/notifier.ts';
import type { WebhookPayload } from '../../collector/notify/payload.ts';
import { makeIntegrations } from '../../collector/notify/receivers/make.ts';
import { NOTIFY_TABLES, NotifyStore } from '../../collector/notify/store.ts';
import { waitFor } from './process.ts';

export interface Call {
  readonly path: string;
  readonly payload: WebhookPayload;
  readonly isAccepted: boolean;
}

/** One of the two. */
export interface Peer {
  readonly url: string;
  readonly hook: Hook;
}

export interface AlertmanagerPair {
  readonly theirs: Peer;
  readonly ours: Peer;
  /** The routing file that Alertmanager has read. */
  readonly file: string;
  close(): Promise<void>;
}

/** What a webhook says to the calls of a path: the status for the call of this number, from 0. */
export type Answers = Readonly<Record<string, (index: number) => number>>;

export class Hook {
  readonly calls: Call[] = [];
  readonly #server: Server;
  readonly #answers: Answers;

  constructor(answers: Answers = {}) {
    this.#answers = answers;
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => this.#answer(request.url ?? '', body, response));
    });
  }

  #answer(path: string, body: string, response: ServerResponse): void {
    const index = this.calls.filter((call) => call.path === path).length;
    const status = this.#answers[path]?.(index) ?? 200;
    const payload = JSON.parse(body) as WebhookPayload;
    this.calls.push({ path, payload, isAccepted: status < 300 });
    response.writeHead(status).end();
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** @param routing the configuration file for a webhook at this address */
export async function startPair(
  routing: (hook: string) => string,
  answers: Answers = {},
): Promise<AlertmanagerPair> {
  const folder = mkdtempSync(join(tmpdir(), 'alertmanager-'));
  const theirs = await startTheirs(folder, routing, new Hook(answers));
  const ours = await startOurs(folder, routing, new Hook(answers));
  return {
    theirs,
    ours,
    file: join(folder, 'alertmanager.yml'),
    async close() {
      theirs.end();
      await ours.end();
      for (const { hook } of [theirs, ours]) hook.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function startTheirs(folder: string, routing: (hook: string) => string, hook: Hook) {
  const port = await freePort();
  const file = join(folder, 'alertmanager.yml');
  writeFileSync(file, routing(await hook.listen()));
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitFor('Alertmanager to answer', async () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { url, hook, end: () => child.kill() };
}

async function startOurs(folder: string, routing: (hook: string) => string, hook: Hook) {
  const { config, problems } = parseNotifyConfig(routing(await hook.listen()));
  assert.deepEqual(problems, []);
  assert.ok(config);
  const registry = openDatabase(join(folder, 'registry.db'), {
    migrations: [NOTIFY_TABLES],
    synchronous: 'FULL',
  });
  const notifier = new Notifier(
    {
      store: new NotifyStore(registry),
      clock: systemClock,
      log: openLog('test', 'error'),
      integrations: makeIntegrations,
      holdReason: () => undefined,
    },
    config,
    'http://ours',
  );
  const app = fastify();
  app.decorateRequest('caller', null);
  alertmanagerRoutes(app, notifier, { version: 'test', startedMs: Date.now(), nowMs: Date.now });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    hook,
    end: async () => {
      notifier.close();
      await app.close();
      registry.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
