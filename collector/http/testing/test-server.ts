import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openLog } from '../../../base/log.ts';
import type { AlertInfo, Problem } from '../../../wire/http.ts';
import { TokenStore } from '../../access/token-store.ts';
import { RuleSeries } from '../../alerts/rule-series.ts';
import { EventStore } from '../../events/event-store.ts';
import { runTask } from '../../query-worker/run-task.ts';
import { openRegistry } from '../../registry.ts';
import type { AlertService } from '../ports.ts';
import { buildServer, type HttpOptions } from '../server.ts';
import { FakeCluster } from './fake-cluster.ts';
import { queryData } from './query-data.ts';

/** 2026-01-01: a fixed moment, so that tests can name what they expect. */
export const START_S = 1_767_225_600;

/** Alerts that a test puts there. */
export class FakeAlerts implements AlertService {
  readonly #listeners = new Set<() => void>();
  #alerts: readonly AlertInfo[] = [];

  rules() {
    return [];
  }

  addRule(): never {
    throw new Error('not in this test');
  }

  removeRule(): never {
    throw new Error('not in this test');
  }

  alerts(): readonly AlertInfo[] {
    return this.#alerts;
  }

  set(alerts: readonly AlertInfo[]): void {
    this.#alerts = alerts;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly cluster: FakeCluster;
  readonly alerts: FakeAlerts;
  readonly recorded: RuleSeries;
  readonly tokens: TokenStore;
  readonly events: EventStore;
  readonly problems: Problem[];
  readonly folder: string;
  close(): Promise<void>;
}

/** The real server over a made-up cluster and a real registry in a temporary folder. Queries run in this thread. */
export async function startTestServer(
  options: Partial<HttpOptions> = {},
  cluster = new FakeCluster(START_S),
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-http-'));
  const registry = openRegistry(folder);
  const tokens = new TokenStore(registry);
  const events = new EventStore(registry);
  const alerts = new FakeAlerts();
  const problems: Problem[] = [];
  const recorded = new RuleSeries();
  const data = queryData(cluster);
  const app = await buildServer(
    {
      hosts: cluster,
      store: cluster,
      queries: {
        run: async (task, signal) => runTask(task, data, () => signal.aborted),
      },
      alerts,
      recorded,
      events,
      problems: { problems: () => [...problems] },
      tokens,
      log: openLog('test', 'error'),
      removeHost: (number) => cluster.removeHost(cluster.byNumber(number)?.name ?? ''),
    },
    {
      version: '0.0.0',
      tokensRequired: 'remote',
      hostNames: [],
      pageFolder: join(folder, 'page'),
      pxeSocket: join(folder, 'pxe.sock'),
      ...options,
    },
  );
  return {
    app,
    cluster,
    alerts,
    recorded,
    tokens,
    events,
    problems,
    folder,
    close: async () => {
      await app.close();
      events.flush();
      registry.close();
      rmSync(folder, { recursive: true });
    },
  };
}
