import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { BAND_FIELDS, type LiveMessage, type LiveRequest } from '../../../wire/http.ts';
import { START_S, startTestServer, type TestServer } from '../testing/test-server.ts';
import { LiveHub, type LiveSocket } from './live-hub.ts';

const DEADLINE_MS = 5000;

/** A page: keeps what it gets. */
class Page {
  readonly socket: WebSocket;
  readonly messages: LiveMessage[] = [];
  readonly frames: Float64Array[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(new Float64Array(new Uint8Array(data).buffer));
      else this.messages.push(JSON.parse(String(data)) as LiveMessage);
    });
  }

  ask(request: LiveRequest): void {
    this.socket.send(JSON.stringify(request));
  }

  async until<T>(find: () => T | undefined): Promise<T> {
    const endMs = Date.now() + DEADLINE_MS;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (Date.now() > endMs) throw new Error(`not in ${DEADLINE_MS} ms`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  message<K extends LiveMessage['kind']>(kind: K): Promise<Extract<LiveMessage, { kind: K }>> {
    return this.until(() => {
      const index = this.messages.findIndex((message) => message.kind === kind);
      if (index < 0) return undefined;
      return this.messages.splice(index, 1)[0] as Extract<LiveMessage, { kind: K }>;
    });
  }

  frame(): Promise<Float64Array> {
    return this.until(() => this.frames.shift());
  }
}

async function withPage(
  run: (page: Page, server: TestServer, open: () => Promise<Page>) => Promise<void>,
): Promise<void> {
  const server = await startTestServer();
  for (const name of ['a', 'b', 'c']) server.cluster.addHost(name, { rack: 'r1' });
  const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const open = async () => {
    const page = new Page(`${url.replace('http', 'ws')}/api/live`);
    await once(page.socket, 'open');
    return page;
  };
  try {
    await run(await open(), server, open);
  } finally {
    await server.close();
  }
}

const REQUEST: LiveRequest = {
  id: 7,
  metrics: ['load_one'],
  series: [{ host: 'b', key: 'disk_read_bytes{device="sda"}' }],
  bands: ['cpu_user'],
};

test('a page gets hosts, alerts and problems, then its layout and a frame at once', () =>
  withPage(async (page, { cluster }) => {
    const { hosts } = await page.message('hosts');
    assert.deepEqual(
      hosts.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.deepEqual((await page.message('alerts')).alerts, []);
    assert.deepEqual((await page.message('problems')).problems, []);
    page.ask(REQUEST);
    assert.deepEqual(await page.message('layout'), {
      kind: 'layout',
      id: 7,
      hosts: ['a', 'b', 'c'],
    });
    const value = (host: string, key: string) => cluster.byName(host)?.seriesByKey(key)?.value();
    assert.deepEqual(
      [...(await page.frame())],
      [
        7,
        START_S * 1000,
        value('a', 'load_one'),
        value('b', 'load_one'),
        value('c', 'load_one'),
        value('b', 'disk_read_bytes{device="sda"}'),
        ...BAND_FIELDS.map((summary) =>
          cluster.cluster.seriesByKey(`cpu_user{summary="${summary}"}`)?.value(),
        ),
      ],
    );
  }));

test('a collector that has just started sends its first frame with its first second', () =>
  withPage(async (page, { cluster }) => {
    cluster.second = 0;
    page.ask({ ...REQUEST, series: [], bands: [] });
    await page.message('layout');
    cluster.tick(START_S);
    assert.equal((await page.frame())[1], START_S * 1000);
  }));

test('each second brings a frame; a host that is down is unknown', () =>
  withPage(async (page, { cluster }) => {
    page.ask({ ...REQUEST, series: [], bands: [] });
    await page.frame();
    cluster.byName('b')?.setState('down');
    cluster.tick();
    const [id, timeMs, a, b] = await page.frame();
    assert.deepEqual([id, timeMs], [7, (START_S + 1) * 1000]);
    assert.ok(a !== undefined && a >= 0);
    assert.ok(Number.isNaN(b));
  }));

test('a later request replaces the one before', () =>
  withPage(async (page, { cluster }) => {
    page.ask(REQUEST);
    await page.frame();
    page.ask({ id: 8, metrics: [], series: [], bands: [] });
    assert.deepEqual([...(await page.frame())], [8, START_S * 1000]);
    cluster.tick();
    assert.equal((await page.frame())[0], 8);
  }));

test('pages that ask for the same get the same values, each under its own id', () =>
  withPage(async (page, { cluster }, open) => {
    const other = await open();
    page.ask(REQUEST);
    other.ask({ ...REQUEST, id: 9 });
    const [first, second] = [await page.frame(), await other.frame()];
    assert.deepEqual([first[0], second[0]], [7, 9]);
    cluster.tick();
    assert.deepEqual([...(await page.frame()).subarray(1)], [...(await other.frame()).subarray(1)]);
  }));

test('a host that joins brings a new layout before its first frame', () =>
  withPage(async (page, { cluster }) => {
    page.ask({ ...REQUEST, series: [], bands: [] });
    await page.frame();
    await page.message('layout');
    await page.message('hosts');
    cluster.addHost('d');
    cluster.tick();
    assert.deepEqual((await page.message('layout')).hosts, ['a', 'b', 'c', 'd']);
    assert.equal((await page.frame()).length, 2 + 4);
    assert.deepEqual(
      (await page.message('hosts')).hosts.map(({ name }) => name),
      ['d'],
    );
    cluster.removeHost('d');
    assert.equal((await page.message('hosts-removed')).ids.length, 1);
    assert.equal((await page.message('event')).event.kind, 'retired');
  }));

test('alerts and problems are sent when they change', () =>
  withPage(async (page, { cluster, alerts, problems }) => {
    await page.message('alerts');
    await page.message('problems');
    alerts.set([
      {
        rule: 'HostDown',
        severity: 'critical',
        state: 'firing',
        labels: { host: 'a' },
        value: 0,
        activeAtMs: 0,
        firedAtMs: 0,
        resolvedAtMs: null,
      },
    ]);
    assert.equal((await page.message('alerts')).alerts[0]?.rule, 'HostDown');
    problems.push({ code: 'disk-full', text: 'the disk is full', sinceMs: 0 });
    cluster.tick();
    assert.equal((await page.message('problems')).problems[0]?.code, 'disk-full');
  }));

const refused = [
  { name: 'no JSON', text: '{', reason: /no JSON/ },
  { name: 'no object', text: '7', reason: /JSON object/ },
  { name: 'no id', text: '{}', reason: /id/ },
  { name: 'metrics of a wrong type', text: '{"id":1,"metrics":[1]}', reason: /metrics/ },
  { name: 'series without a key', text: '{"id":1,"series":[{"host":"a"}]}', reason: /series/ },
  {
    name: 'too many metrics',
    text: JSON.stringify({ id: 1, metrics: new Array(33).fill('x') }),
    reason: /33 items, at most 32/,
  },
];
for (const { name, text, reason } of refused) {
  test(`a request is refused and the one before goes on: ${name}`, () =>
    withPage(async (page, { cluster }) => {
      page.ask(REQUEST);
      await page.frame();
      page.socket.send(text);
      const error = await page.message('error');
      assert.equal(error.code, 'live-request');
      assert.match(error.message, reason);
      cluster.tick();
      assert.equal((await page.frame())[0], 7);
    }));
}

/** A socket whose client takes nothing. */
function stuckSocket(): LiveSocket & { sent: number; pings: number; isTerminated: boolean } {
  return {
    sent: 0,
    pings: 0,
    isTerminated: false,
    bufferedAmount: 2 << 20,
    isAllowed: () => true,
    send(data) {
      if (typeof data !== 'string') this.sent += 1;
    },
    ping() {
      this.pings += 1;
    },
    terminate() {
      this.isTerminated = true;
    },
  };
}

test('a client that does not take its frames gets none, and is ended when it answers no ping', async () => {
  const { cluster, alerts, close } = await startTestServer();
  cluster.addHost('a');
  const hub = new LiveHub({ hosts: cluster, alerts, problems: { problems: () => [] } });
  const socket = stuckSocket();
  hub.attach(socket).receive(JSON.stringify(REQUEST));
  for (let second = 0; second < 15; second += 1) cluster.tick();
  assert.deepEqual([socket.sent, socket.pings, socket.isTerminated], [0, 1, false]);
  for (let second = 0; second < 15; second += 1) cluster.tick();
  assert.equal(socket.isTerminated, true);
  hub.close();
  await close();
});

test('whose token is revoked is told no more', async (t) => {
  const { app, cluster, tokens, close } = await startTestServer({ tokensRequired: 'always' });
  t.after(close);
  const token = tokens.add('grafana', 'viewer', 0);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live`, { headers });
  await once(socket, 'open');
  tokens.revoke('grafana');
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS) });
  for (let second = 0; second < 15; second += 1) cluster.tick();
  await closed;
});
