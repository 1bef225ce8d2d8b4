/** Grouping, repeats, inhibition and silences against those of Alertmanager: the same alerts to both, the same webhook calls from both. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import fastify, { type FastifyInstance } from 'fastify';
import { systemClock } from '../base/clock.ts';
import { openLog } from '../base/log.ts';
import { openDatabase } from '../base/sqlite.ts';
import { parseNotifyConfig } from '../collector/notify/config-file.ts';
import { alertmanagerRoutes } from '../collector/notify/http/alertmanager.ts';
import { Notifier } from '../collector/notify/notifier.ts';
import type { WebhookPayload } from '../collector/notify/payload.ts';
import { makeIntegrations } from '../collector/notify/receivers/make.ts';
import { NOTIFY_TABLES, NotifyStore } from '../collector/notify/store.ts';

const routing = (hook: string) => `
route:
  receiver: all
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 5s
  routes:
    - {receiver: pager, matchers: ['severity="critical"'], group_by: ['...'], repeat_interval: 1h, continue: true}
    - {receiver: quiet, matchers: [team=~"q.*"], group_by: [team, alertname]}
receivers:
  - {name: all, webhook_configs: [{url: '${hook}/all'}]}
  - {name: pager, webhook_configs: [{url: '${hook}/pager', send_resolved: false}]}
  - {name: quiet, webhook_configs: [{url: '${hook}/quiet', max_alerts: 1}]}
inhibit_rules:
  - {source_matchers: [alertname="HostDown"], target_matchers: [alertname!="HostDown"], equal: [host]}
`;

interface Call {
  readonly path: string;
  readonly payload: WebhookPayload;
}

class Hook {
  readonly calls: Call[] = [];
  readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        this.calls.push({ path: request.url ?? '', payload: JSON.parse(body) as WebhookPayload });
        response.end();
      });
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'alertmanager-'));
const theirs = new Hook();
const ours = new Hook();
let alertmanager: ChildProcess;
let app: FastifyInstance;
let notifier: Notifier;
let urls: readonly [theirs: string, ours: string];

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

before(async () => {
  const port = await freePort();
  writeFileSync(join(folder, 'alertmanager.yml'), routing(await theirs.listen()));
  alertmanager = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const { config, problems } = parseNotifyConfig(routing(await ours.listen()));
  assert.deepEqual(problems, []);
  assert.ok(config);
  const registry = openDatabase(join(folder, 'registry.db'), {
    migrations: [NOTIFY_TABLES],
    synchronous: 'FULL',
  });
  notifier = new Notifier(
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
  app = fastify();
  app.decorateRequest('caller', null);
  alertmanagerRoutes(app, notifier, { version: 'test', startedMs: Date.now(), nowMs: Date.now });
  await app.listen({ host: '127.0.0.1', port: 0 });
  urls = [
    `http://127.0.0.1:${port}`,
    `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
  ];
  await until('Alertmanager answers', async () =>
    fetch(`${urls[0]}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
});

after(async () => {
  alertmanager.kill();
  notifier.close();
  await app.close();
  for (const { server } of [theirs, ours]) server.close();
  rmSync(folder, { recursive: true });
});

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 20_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadlineMs, `not in time: ${what}`);
    await sleep(50);
  }
}

/** The same request to both; the answers of both. */
async function both(method: string, path: string, body?: unknown): Promise<readonly unknown[]> {
  return Promise.all(
    urls.map(async (url) => {
      const response = await fetch(`${url}/api/v2${path}`, {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      });
      assert.equal(response.status, 200, `${url}${path}: ${await response.clone().text()}`);
      const text = await response.text();
      return text === '' ? undefined : JSON.parse(text);
    }),
  );
}

const HOUR_MS = 3_600_000;

function alert(labels: Record<string, string>, isOver = false) {
  return {
    labels,
    annotations: { summary: `about ${labels['host']}` },
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(isOver ? Date.now() : startMs + HOUR_MS).toISOString(),
    generatorURL: 'http://rules/1',
  };
}

let startMs = Date.now();

/** Without what must differ: addresses, and the moment of a resolution. */
function comparable({ path, payload }: Call) {
  const alerts = payload.alerts.map((one) => ({
    ...one,
    endsAt: one.status === 'resolved' ? 'over' : one.endsAt,
  }));
  return { path, payload: { ...payload, alerts, externalURL: '' } };
}

function callsOf(hook: Hook) {
  const byPath = Object.groupBy(hook.calls.map(comparable), ({ path }) => path);
  return Object.fromEntries(Object.entries(byPath).sort());
}

test('the same webhook calls for the same alerts', async () => {
  startMs = Date.now();
  await both('POST', '/alerts', [
    alert({ alertname: 'Disk', host: 'a', severity: 'warning' }),
    alert({ alertname: 'Disk', host: 'b', severity: 'critical' }),
    alert({ alertname: 'Load', host: 'c', team: 'q1' }),
    alert({ alertname: 'Load', host: 'd', team: 'q1' }),
  ]);
  await sleep(1500);
  await both('POST', '/alerts', [
    alert({ alertname: 'HostDown', host: 'a' }),
    alert({ alertname: 'Disk', host: 'e', severity: 'warning' }),
  ]);
  await sleep(4000);
  const silences = await both('POST', '/silences', {
    matchers: [{ name: 'host', value: 'e', isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + HOUR_MS).toISOString(),
    createdBy: 'test',
    comment: 'c',
  });
  await both('POST', '/alerts', [
    alert({ alertname: 'Disk', host: 'b', severity: 'critical' }, true),
    alert({ alertname: 'Load', host: 'c', team: 'q1' }, true),
  ]);
  await sleep(4000);
  await both('POST', '/alerts', [alert({ alertname: 'HostDown', host: 'a' }, true)]);
  await Promise.all(
    silences.map(async (silence, index) =>
      fetch(`${urls[index]}/api/v2/silence/${(silence as { silenceID: string }).silenceID}`, {
        method: 'DELETE',
      }),
    ),
  );
  await sleep(4500);
  await both('POST', '/alerts', [
    alert({ alertname: 'Disk', host: 'a', severity: 'warning' }, true),
    alert({ alertname: 'Disk', host: 'e', severity: 'warning' }, true),
    alert({ alertname: 'Load', host: 'd', team: 'q1' }, true),
  ]);
  await sleep(4000);
  assert.ok(theirs.calls.length > 8, `only ${theirs.calls.length} calls`);
  assert.deepEqual(callsOf(ours), callsOf(theirs));
});

test('the same answers about the same alerts and groups', async () => {
  startMs = Date.now();
  await both('POST', '/alerts', [
    alert({ alertname: 'HostDown', host: 'x' }),
    alert({ alertname: 'Disk', host: 'x', severity: 'critical' }),
    alert({ alertname: 'Load', host: 'y', team: 'q2' }),
  ]);
  await sleep(1500);
  for (const path of [
    '/alerts',
    '/alerts?inhibited=false',
    '/alerts?filter=host%3D%22y%22',
    '/alerts?receiver=qui.*',
    '/receivers',
  ]) {
    const [want, got] = await both('GET', path);
    assert.deepEqual(withoutTimes(got), withoutTimes(want), path);
  }
});

/** `updatedAt` is when each was asked; `mutedBy` came with a later Alertmanager. */
function withoutTimes(answer: unknown): unknown {
  assert.ok(Array.isArray(answer));
  return answer.map(({ updatedAt: _, status, ...rest }) => ({
    ...rest,
    ...(status && {
      status: {
        state: status.state,
        silencedBy: status.silencedBy,
        inhibitedBy: status.inhibitedBy,
      },
    }),
  }));
}

test('amtool works on both', async () => {
  for (const url of urls) {
    const amtool = async (...words: string[]) =>
      (await promisify(execFile)('amtool', [`--alertmanager.url=${url}`, ...words])).stdout.trim();
    const id = await amtool(
      'silence',
      'add',
      'host=y',
      '--duration=1h',
      '--comment=why',
      '--author=me',
    );
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await amtool('silence', 'query', '--quiet'), id);
    assert.match(await amtool('alert', 'query', '--silenced'), /Load/);
    await amtool('silence', 'expire', id);
    assert.equal(await amtool('silence', 'query', '--quiet'), '');
    assert.match(await amtool('config', 'routes', 'show'), /receiver: quiet/);
    assert.equal(await amtool('config', 'routes', 'test', 'severity=critical'), 'pager');
  }
});
