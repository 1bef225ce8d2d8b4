/** The collector: ingest thread, query threads, web server, joined together. */
import { type AddressInfo, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import type { Running } from '../base/daemon.ts';
import { makeDataFolder } from '../base/data-folder.ts';
import { InputError, WorldError } from '../base/errors.ts';
import { openLog } from '../base/log.ts';
import { VERSION } from '../base/version.ts';
import { OwnerAccess } from './access/owner-access.ts';
import { TokenStore } from './access/token-store.ts';
import { Alerting } from './alerts/alerting.ts';
import { alertingRoutes } from './alerts/http/routes.ts';
import { DeferredWrites } from './deferred-writes.ts';
import { EventStore } from './events/event-store.ts';
import { serveGanglia } from './ganglia/ganglia.ts';
import { isLoopback } from './http/guard.ts';
import { buildServer } from './http/server.ts';
import { Problems } from './ingest/problems.ts';
import { type IngestHandle, startIngest } from './ingest/start.ts';
import { startInlets } from './inlets/inlets.ts';
import { PxeNodes } from './pxe-nodes.ts';
import { QueryPool } from './query-worker/pool.ts';
import { openQueryData } from './query-worker/query-data.ts';
import { QuickQueries } from './query-worker/quick-queries.ts';
import type { QueryThreadData } from './query-worker/worker.ts';
import { openRegistry } from './registry.ts';
import { readSecret } from './secret.ts';
import { localUrl, writeServerFile } from './server-file.ts';
import type { CollectorSettings } from './settings.ts';
import { openSampleStore } from './store/sample-reader.ts';
import { viewRoutes } from './views/routes.ts';
import { ViewStore } from './views/view-store.ts';

export interface RunningCollector extends Running {
  /** `http://127.0.0.1:8640`, as programs on this machine reach it. */
  readonly url: string;
  /** UDP port on which agents are heard. */
  readonly agentPort: number;
}

const PAGE_FOLDER = join(import.meta.dirname, '../ui/dist');

/** Undoes the steps of a start, the last one first. */
class Teardown {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

/**
 * Starts a collector on a data folder.
 * @throws InputError `listen-needs-token`, `data-locked`, `key-missing`… and WorldError `listen`; nothing is left running then
 */
export async function startCollector(settings: CollectorSettings): Promise<RunningCollector> {
  const teardown = new Teardown();
  try {
    return await start(settings, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(settings: CollectorSettings, teardown: Teardown): Promise<RunningCollector> {
  const log = openLog('collector');
  makeDataFolder(settings.data);
  const registry = openRegistry(settings.data);
  teardown.add(() => registry.close());
  const problems = new Problems(log);
  const writes = new DeferredWrites((failure) =>
    problems.set('registry-write', failure, systemClock.nowMs()),
  );
  teardown.add(() => writes.close());
  const tokens = new TokenStore(registry);
  checkListen(settings, tokens);
  const access = new OwnerAccess(tokens);

  const secret = readSecret(settings);
  const ingest = await startIngest({ ...settings, secret });
  teardown.add(() => ingest.close());
  // Without ingest there is no collector: the supervisor starts both anew.
  ingest.onFailure((error) => {
    throw error;
  });
  const { hosts } = ingest;
  const store = openSampleStore({ file: ingest.file, archives: settings.archives, hosts });
  teardown.add(() => store.close());
  const pool = new QueryPool({
    size: settings.queryWorkers,
    timeoutMs: settings.queryTimeoutSeconds * 1000,
    log,
    start: () => startQueryThread(ingest, settings),
  });
  teardown.add(() => pool.close());
  const data = openQueryData(hosts, store);
  const queries = new QuickQueries(data, pool);
  const events = new EventStore(registry, writes);
  teardown.add(() => events.flush());

  const pxeSocket = join(settings.data, 'pxe.sock');
  const nodes = new PxeNodes({ socket: pxeSocket, clock: systemClock, log });
  teardown.add(() => nodes.close());
  const alerting = new Alerting(
    {
      registry,
      writes,
      hosts,
      source: data.source,
      clock: systemClock,
      log,
      queries,
      holdReason: (host) => nodes.holdReason(host),
      runningInstalls: () => nodes.runningInstalls(),
    },
    { ...settings, externalUrl: externalUrl(settings) },
  );
  teardown.add(() => alerting.close());
  const app = await buildServer(
    {
      hosts,
      store,
      queries,
      events,
      tokens: access,
      log,
      alerts: alerting.engine,
      recorded: alerting.engine.recorded,
      removeHost: (number) => ingest.removeHost(number),
      problems: {
        problems: () => [...hosts.problems, ...problems.list(), ...alerting.problems()],
      },
    },
    {
      version: VERSION,
      tokensRequired: settings.tokens,
      hostNames: settings.hostNames,
      pageFolder: PAGE_FOLDER,
      pxeSocket,
    },
  );
  alertingRoutes(app, alerting, { version: VERSION, queries });
  viewRoutes(app, {
    views: new ViewStore(settings.viewFolder || join(settings.data, 'views')),
    queries,
    recorded: alerting.engine.recorded,
  });
  teardown.add(() => app.close());
  const inlets = await startInlets(app, settings, {
    clock: systemClock,
    log,
    hosts,
    secret,
    address: isIPv6(settings.group) ? '::1' : '127.0.0.1',
    port: ingest.port,
  });
  teardown.add(() => inlets.close());
  const ganglia = await serveGanglia(settings, {
    hosts,
    cluster: settings.gangliaCluster,
    authority: externalUrl(settings),
    nowMs: () => systemClock.nowMs(),
  });
  teardown.add(() => ganglia.close());
  await app.listen({ host: settings.listen, port: settings.webPort }).catch((error: unknown) => {
    throw new WorldError(
      'listen',
      `cannot serve the page on ${settings.listen} port ${settings.webPort} (is another clustermon running there? Otherwise collector.webPort names another port)`,
      error,
    );
  });
  const { port } = app.server.address() as AddressInfo;
  const url = localUrl(settings.listen, port);
  teardown.add(writeServerFile(settings.data, { url, pid: process.pid, token: access.token }));
  log.info('ready', { url, listen: settings.listen, webPort: port, agentPort: ingest.port });
  return { url, agentPort: ingest.port, close: () => teardown.run() };
}

/** @throws InputError `listen-needs-token` */
function checkListen({ listen }: CollectorSettings, tokens: TokenStore): void {
  if (isLoopback(listen) || tokens.list().some(({ role }) => role === 'admin')) return;
  throw new InputError(
    'listen-needs-token',
    `the page may not listen on ${listen} before there is an administrator: run \`clustermon token add NAME --role admin\`, then start again`,
    { field: 'collector.listen' },
  );
}

function startQueryThread(ingest: IngestHandle, { archives }: CollectorSettings): Worker {
  const port = ingest.attach();
  const data: QueryThreadData = { port, file: ingest.file, archives };
  return new Worker(new URL('query-worker/worker.ts', import.meta.url), {
    workerData: data,
    transferList: [port],
  });
}

/** As people reach the page, as far as the machine knows by itself. */
function externalUrl({ externalUrl, webPort }: CollectorSettings): string {
  return externalUrl || `http://${hostname()}:${webPort}`;
}
