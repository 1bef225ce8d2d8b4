import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { ManualClock } from '../../base/clock.ts';
import { defaultsOf } from '../../base/config.ts';
import { openLog } from '../../base/log.ts';
import { bodyReader, KINDS } from '../../wire/packet.ts';
import { readSchemaPart } from '../../wire/schema.ts';
import { startCollector } from '../collector.ts';
import { type CollectorSettings, collectorSettings } from '../settings.ts';
import { parseInflux } from './influx.ts';
import { PseudoAgent } from './pseudo-agent.ts';
import { COUNTER, type ReceivedSample, UNTOLD } from './received-sample.ts';
import { Refusals } from './refusals.ts';
import { listenForStatsd } from './statsd-server.ts';
import { metadataRequest, packSnappy, writeRequest } from './testing/write-request.ts';

async function withCollector(
  changes: Partial<CollectorSettings>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-inlets-'));
  writeFileSync(join(folder, 'secret'), `${'5'.repeat(64)}\n`);
  const settings = {
    ...defaultsOf(collectorSettings),
    data: folder,
    group: '',
    port: 0,
    webPort: 0,
    queryWorkers: 1,
    ...changes,
  };
  const collector = await startCollector(settings);
  try {
    await run(collector.url);
  } finally {
    await collector.close();
    rmSync(folder, { recursive: true });
  }
}

/** Ports that were free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : assert.fail();
}

async function queried(url: string, query: string): Promise<number | undefined> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await response.json()) as {
    data: { result: { value: [number, string] }[] };
  };
  const [first] = data.result;
  return first && Number(first.value[1]);
}

/** Waits for a value: what is received is sampled once a second. */
async function awaitValue(url: string, query: string, value: number): Promise<void> {
  const untilMs = Date.now() + 15_000;
  for (;;) {
    const found = await queried(url, query);
    if (found === value) return;
    assert.ok(Date.now() < untilMs, `${query} is ${found}, not ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until `/api/v1/metadata` tells the type of a metric. */
async function awaitType(url: string, metric: string, type: string): Promise<void> {
  const untilMs = Date.now() + 15_000;
  for (;;) {
    const response = await fetch(`${url}/api/v1/metadata?metric=${metric}`);
    const { data } = (await response.json()) as { data: Record<string, { type: string }[]> };
    const found = data[metric]?.[0]?.type;
    if (found === type) return;
    assert.ok(Date.now() < untilMs, `${metric} is a ${found}, not a ${type}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const post = (url: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers });

test('what is off does not listen', () =>
  withCollector({}, async (url) => {
    for (const path of ['/write', '/api/v2/write', '/api/v1/write']) {
      assert.equal((await post(`${url}${path}`, 'a b=1')).status, 404, path);
    }
  }));

test('values that others send become series of their hosts', async () => {
  const graphitePort = await freePort();
  const settings = { graphitePort, influxWrite: true, remoteWrite: true };
  await withCollector(settings, async (url) => {
    const socket = connect(graphitePort, '127.0.0.1');
    // Cut in the middle of a line; a bad line does not end the connection.
    socket.write('nonsense\nweb01.cpu.us');
    socket.write(`er 12.5 ${Math.floor(Date.now() / 1000)}\n`);
    const headers = { 'content-encoding': 'gzip' };
    const influx = await post(
      `${url}/write?precision=s`,
      gzipSync('m,host=web02 a=3,b=4i'),
      headers,
    );
    assert.equal(influx.status, 204);
    const metadata = metadataRequest([{ name: 'queue', type: 1, help: 'What waits.' }]);
    assert.equal((await post(`${url}/api/v1/write`, packSnappy(metadata))).status, 204);
    const request = writeRequest([
      {
        labels: { __name__: 'queue', instance: 'web04:9100', job: 'app' },
        samples: [{ value: 9, timeMs: Date.now() }],
      },
    ]);
    assert.equal((await post(`${url}/api/v1/write`, packSnappy(request))).status, 204);
    await awaitValue(url, 'cpu_user{host="web01"}', 12.5);
    await awaitValue(url, 'm_b{host="web02"}', 4);
    await awaitValue(url, 'queue{host="web04",job="app"}', 9);
    await awaitType(url, 'queue', 'counter');
    await awaitType(url, 'cpu_user', 'unknown');
    socket.write('web01.load_one 2\n');
    await awaitValue(url, 'load_one{host="web01"} + on (host) cpu_user', 14.5);
    assert.equal(await queried(url, 'up{host="web01"}'), 1);
    socket.destroy();
  });
});

test('StatsD becomes samples every ten seconds; bad lines are logged and do not keep the others out', async () => {
  const clock = new ManualClock(1_767_225_600_000);
  const logged: string[] = [];
  const refusals = new Refusals(
    'statsd',
    openLog('test', 'warn', (line) => void logged.push(line)),
  );
  const taken: string[] = [];
  const into = {
    take: ({ host, name, value }: ReceivedSample) => void taken.push(`${host} ${name} ${value}`),
  };
  const options = { address: '127.0.0.1', port: 0 };
  const statsd = await listenForStatsd(options, { clock, refusals, into });
  const sender = createSocket('udp4');
  sender.send('jobs:40|g\nbad\nhits:50|c|#host:web03\n', statsd.port, '127.0.0.1');
  const untilMs = Date.now() + 5000;
  while (taken.length === 0) {
    assert.ok(Date.now() < untilMs, 'nothing came');
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(10_000);
  }
  assert.deepEqual(taken, ['127.0.0.1 jobs 40', 'web03 hits 5']);
  assert.match(
    logged.join(),
    /inlet=statsd sender=127.0.0.1 count=1 fields="line 1" code=inlet-sample/,
  );
  sender.close();
  await statsd.close();
});

test('a host with as many series as it may have is stored whole; one more is refused', () =>
  withCollector({ influxWrite: true }, async (url) => {
    const fields = Array.from({ length: 4001 }, (_, index) => `f${index}=${index}`);
    const whole = await post(`${url}/write`, `m,host=big ${fields.slice(0, 4000).join()}`);
    assert.equal(whole.status, 204);
    await awaitValue(url, 'count({host="big",__name__=~"m_.*"})', 4000);
    assert.equal(await queried(url, 'm_f3999'), 3999);
    const more = await post(`${url}/write`, `m,host=big ${fields[4000]}`);
    assert.equal(more.status, 400);
    assert.match(((await more.json()) as { message: string }).message, /host big has 4000 already/);
    assert.equal((await post(`${url}/write`, 'm,host=big f0=7')).status, 204);
    await awaitValue(url, 'm_f0', 7);
  }));

test('what nobody sends any more is forgotten after five minutes, and its host with it', () => {
  const agent = new PseudoAgent('w1', { key: undefined, nowMs: 0 });
  const sample = { host: 'w1', labels: {}, meaning: UNTOLD, timeMs: undefined };
  agent.take({ ...sample, name: 'a', value: 1 }, 0);
  agent.take({ ...sample, name: 'b', value: 2 }, 60_000);
  // A late sample does not replace a newer one.
  agent.take({ ...sample, name: 'b', value: 3, timeMs: 59_000 }, 61_000);
  const kinds = (nowMs: number) => agent.tick(nowMs).map((datagram) => datagram[11]);
  const { samples, schema } = KINDS;
  assert.deepEqual(kinds(62_000), [schema, samples]);
  assert.deepEqual(kinds(63_000), [samples]);
  assert.equal(agent.seriesCount, 2);
  assert.deepEqual(kinds(301_000), [schema, samples]);
  assert.equal(agent.seriesCount, 1);
  assert.deepEqual(kinds(361_000), []);
});

test('what is kept of a value does not keep the message that it came in', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const agent = new PseudoAgent('w1', { key: undefined, nowMs: 0 });
  const filler = 'other,host=w1 value=1\n'.repeat(50_000);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let message = 0; message < 30; message += 1) {
    const first = `metric_of_message_${message},rack=the_rack_of_${message} value=1`;
    const [line = ''] = `${first}\n${filler}`.split('\n', 1);
    for (const sample of parseInflux(line, { unitMs: 1, sender: 'w1' })) agent.take(sample, 0);
  }
  collectGarbage();
  const grownBytes = process.memoryUsage().heapUsed - before;
  assert.equal(agent.seriesCount, 30);
  // The messages are 1.1 MB each.
  assert.ok(grownBytes < 8_000_000, `${grownBytes} bytes`);
});

/** Slope and interval of the series in each SCHEMA that the agent sends. */
function schemas(agent: PseudoAgent, nowMs: number): string[] {
  return agent
    .tick(nowMs)
    .filter((datagram) => datagram[11] === KINDS.schema)
    .flatMap((datagram) => readSchemaPart(bodyReader(datagram)).metrics)
    .map(({ slope, tmax }) => `${slope} ${tmax}`);
}

test('the interval of a series is what passed twice in a row; what is told of it later changes it', () => {
  const agent = new PseudoAgent('w1', { key: undefined, nowMs: 0 });
  const sample = { host: 'w1', name: 'a', labels: {}, meaning: UNTOLD, value: 1 };
  const told: string[][] = [];
  const seconds = [0, 15, 30, 45, 61, 77, 90, 105, 135, 165, 195];
  for (const second of seconds) {
    const timeMs = second * 1000 + 3;
    agent.take({ ...sample, timeMs, meaning: second < 90 ? UNTOLD : COUNTER }, timeMs);
    told.push(schemas(agent, timeMs));
  }
  const changes = told.flatMap((one, at) => one.map((text) => `${seconds[at]} ${text}`));
  assert.deepEqual(changes, [
    '0 unspecified 1',
    '30 unspecified 15',
    '90 positive 15',
    '165 positive 30',
  ]);
});

const bad: readonly [path: string, body: Uint8Array | string, status: number, message: RegExp][] = [
  ['/write', 'm,host=a b=1\nm b', 400, /1 of 2 points refused \(field 1\), the first: field: "b"/],
  [
    '/write',
    'm,host=a b=1 1000\nm,host=a b=1 2000\nm b\nm,host=a b=1',
    400,
    /3 of 4 points refused \(time 2, field 1\), the first: time/,
  ],
  ['/api/v2/write?precision=x', 'm b=1', 400, /precision: "x" is none of/],
  ['/write', 'm,host=a b=1 1000', 400, /time: m_b is \d+ s old, at most 300 s/],
  ['/api/v1/write', Uint8Array.of(1, 2, 3), 400, /the Snappy block/],
  ['/api/v1/write', packSnappy(Uint8Array.of(10, 200)), 400, /the write request/],
  ['/write', new Uint8Array(5 << 20), 413, /too large/],
  ['/write', 'm b=1\n'.repeat(50_001), 400, /body: has 50001 points, the limit is 50000/],
  ['/write', gzipSync('\n'.repeat(9 << 20)), 400, /unpacks to more than 8388608 bytes/],
];
test('what is refused is answered with field, value and limit', () =>
  withCollector({ influxWrite: true, remoteWrite: true }, async (url) => {
    for (const [path, body, status, message] of bad) {
      const isPacked = body instanceof Uint8Array && body[0] === 0x1f;
      const headers = isPacked ? { 'content-encoding': 'gzip' } : {};
      const response = await post(`${url}${path}`, body, headers);
      assert.equal(response.status, status, path);
      assert.match(((await response.json()) as { message: string }).message, message);
    }
  }));
