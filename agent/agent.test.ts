/** A whole agent over the files of a test machine, on loopback, with a collector's eyes. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentKey, isSealed, seal } from '../base/authentication.ts';
import { defaultsOf } from '../base/config.ts';
import { bodyReader, KINDS } from '../wire/packet.ts';
import { NO_NONCE } from '../wire/schema.ts';
import { XdrReader } from '../wire/xdr.ts';
import { startAgent } from './agent.ts';
import { type AgentSettings, exporterSettings, pluginSettings } from './settings.ts';
import { withExporter } from './testing/exporter.ts';
import { quietLog, settingsWith } from './testing/machine.ts';
import { backfillsIn, headerOf, requestDatagram, schemaPartsIn, valuesIn } from './testing/wire.ts';

const SECRET = Buffer.alloc(32, 7);

interface Scene {
  /** What came so far. */
  readonly datagrams: Buffer[];
  readonly data: string;
  /** Waits until `count` datagrams of a kind came. */
  come(kind: number, count: number): Promise<Buffer[]>;
  ask(datagram: Buffer): void;
  close(): Promise<void>;
}

async function withAgent(
  run: (scene: Scene) => Promise<void>,
  changed: Partial<AgentSettings> = {},
  prepare: (root: string) => void = () => undefined,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'clustermon-agent-'));
  const data = join(root, 'data');
  cpSync(join(import.meta.dirname, 'testdata/machines/vm/0'), root, { recursive: true });
  mkdirSync(data);
  prepare(root);
  writeFileSync(join(data, 'secret'), SECRET.toString('hex'));
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const datagrams: Buffer[] = [];
  let agentPort = 0;
  socket.on('message', (datagram, from) => {
    datagrams.push(datagram);
    agentPort = from.port;
  });
  const { port } = socket.address() as AddressInfo;
  const settings = settingsWith({
    data,
    group: '127.0.0.1',
    port,
    hostName: 'n001',
    ...changed,
  });
  const inventory = async () => ({ 'disk.vda': '10 GB' });
  const agent = await startAgent(settings, { root, log: quietLog, random: () => 0, inventory });
  try {
    await run({
      datagrams,
      data,
      come: (kind, count) => until(socket, datagrams, kind, count),
      ask: (datagram) => socket.send(datagram, agentPort, '127.0.0.1'),
      close: () => agent.close(),
    });
  } finally {
    await agent.close().catch(() => undefined);
    socket.close();
    rmSync(root, { recursive: true });
  }
}

async function until(
  socket: Socket,
  datagrams: readonly Buffer[],
  kind: number,
  count: number,
): Promise<Buffer[]> {
  const signal = AbortSignal.timeout(10_000);
  for (;;) {
    const those = datagrams.filter((datagram) => headerOf(datagram).kind === kind);
    if (those.length >= count) return those;
    await once(socket, 'message', { signal });
  }
}

test('an agent says that it started, what it measures, the values, and that it stops', () =>
  withAgent(async ({ datagrams, come, close }) => {
    const samples = await come(KINDS.samples, 2);
    await close();
    await come(KINDS.bye, 1);
    const headers = datagrams.map(headerOf);
    const [first] = headers;
    assert.equal(first?.kind, KINDS.event);
    for (const [index, header] of headers.entries()) {
      assert.equal(header.agent, first?.agent);
      assert.equal(header.boot, first?.boot);
      assert.equal(header.sequence, index);
    }
    const key = agentKey(SECRET, first?.agent ?? '');
    assert.ok(datagrams.every((datagram) => isSealed(datagram, key)));
    const parts = schemaPartsIn(datagrams);
    assert.equal(parts[0]?.hostName, 'n001');
    assert.equal(parts[0]?.facts['os.name'], 'Debian GNU/Linux 12 (bookworm)');
    const newest = parts.filter(({ schema }) => schema === parts.at(-1)?.schema);
    assert.equal(newest[0]?.facts['disk.vda'], '10 GB');
    const second = samples[1] ?? Buffer.alloc(0);
    assert.equal(headerOf(second).timeMs % 1000, 0);
    const { tick, values } = valuesIn(bodyReader(second), newest);
    assert.equal(tick, 1);
    assert.equal(values.get('mem_total'), Number(/MemTotal:\s+(\d+)/.exec(meminfo())?.[1]));
    assert.equal(values.get('os_name'), 'Linux');
    assert.ok(values.size >= 60);
  }));

function meminfo(): string {
  return readFileSync(join(import.meta.dirname, 'testdata/machines/vm/0/proc/meminfo'), 'utf8');
}

test('a request is answered once, and only when it is sealed with the key of this agent', () =>
  withAgent(async ({ datagrams, come, ask }) => {
    const samples = await come(KINDS.samples, 3);
    const header = headerOf(samples[0] ?? Buffer.alloc(0));
    const key = agentKey(SECRET, header.agent);
    const request = (nonce: number) =>
      requestDatagram(header, {
        nonce: Buffer.alloc(8, nonce),
        wantSchema: true,
        ranges: [{ from: 0, to: 1 }],
      });
    const forged = request(1);
    seal(forged, agentKey(Buffer.alloc(32, 8), header.agent));
    ask(forged);
    const sound = request(2);
    seal(sound, key);
    ask(sound);
    ask(sound);
    await come(KINDS.backfill, 1);
    await come(KINDS.samples, 5);
    const backfills = backfillsIn(datagrams);
    const rows = backfills.flatMap((backfill) => backfill.rows);
    assert.deepEqual(
      rows.map(({ timeMs }) => timeMs),
      samples.slice(0, 2).map((datagram) => headerOf(datagram).timeMs),
    );
    assert.ok(backfills.every(({ nonce }) => nonce.every((byte) => byte === 2)));
    const answered = schemaPartsIn(datagrams).filter(({ nonce }) => nonce[0] === 2);
    assert.equal(answered.length, answered[0]?.parts);
    const { values, tick } = valuesIn(new XdrReader(rows[1]?.body ?? NO_NONCE), answered);
    assert.equal(tick, 1);
    assert.equal(values.get('mem_total'), 24684084);
  }));

test('metric send brings a value into the next samples, or says why not', () =>
  withAgent(async ({ datagrams, data, come }) => {
    await come(KINDS.samples, 1);
    const socket = connect(join(data, 'agent.sock'));
    socket.setEncoding('utf8');
    socket.write('{"name":"room","value":21.5,"labels":{"wall":"north"}}\n{"name":"room"}\n');
    let answers = '';
    while (answers.split('\n').length < 3) {
      const [chunk] = (await once(socket, 'data')) as [string];
      answers += chunk;
    }
    socket.destroy();
    const [yes, no] = answers.split('\n').map((line) => JSON.parse(line || '{}') as object);
    assert.deepEqual(yes, { ok: true });
    assert.match(JSON.stringify(no), /"ok":false,"code":"metric-invalid"/);
    const samples = await come(KINDS.samples, 3);
    const parts = schemaPartsIn(datagrams);
    const newest = parts.filter(({ schema }) => schema === parts.at(-1)?.schema);
    const { values } = valuesIn(bodyReader(samples.at(-1) ?? Buffer.alloc(0)), newest);
    assert.equal(values.get('room{wall="north"}'), 21.5);
  }));

test('series of an exporter and of a plugin go over the wire; one that hangs delays nothing', () =>
  withExporter(
    (_, response) => response.end('# TYPE hits_total counter\nhits_total{code="200"} 12\n'),
    (url) => {
      const every = { intervalSeconds: 1, timeoutSeconds: 1 };
      const plugins = ['echo "fine|a=3"', 'exec sleep 1000'].map((command, index) => ({
        ...defaultsOf(pluginSettings),
        ...every,
        command,
        name: `p${index}`,
      }));
      const exporters = [{ ...defaultsOf(exporterSettings), url, name: 'web', intervalSeconds: 1 }];
      return withAgent(
        async ({ datagrams, come }) => {
          const { port } = new URL(url);
          const hasFailed = 'source_success{source="plugin:p1"}';
          let values = new Map<string, unknown>();
          for (let count = 1; values.get(hasFailed) !== 0; count += 1) {
            const samples = await come(KINDS.samples, count);
            values = newestValues(datagrams, samples);
          }
          assert.equal(values.get(`hits_total{code="200",instance="n001:${port}",job="web"}`), 12);
          assert.equal(values.get(`source_success{source="web:${port}"}`), 1);
          assert.equal(values.get('plugin_value{label="a",plugin="p0"}'), 3);
          assert.equal(values.get('plugin_text{plugin="p0"}'), 'fine');
        },
        { exporters, plugins },
      );
    },
  ));

test('where systemd runs the machine, it is asked for failed units', () =>
  withAgent(
    async ({ datagrams, come }) => {
      let values = new Map<string, unknown>();
      for (let count = 1; !values.has('systemd_units_failed'); count += 1) {
        values = newestValues(datagrams, await come(KINDS.samples, count));
      }
      assert.equal(values.get('systemd_unit_failed{unit="bad.service"}'), 1);
    },
    {},
    (root) => {
      mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
      mkdirSync(join(root, 'usr/bin'), { recursive: true });
      const script = '#!/bin/sh\necho bad.service loaded failed failed Bad\n';
      writeFileSync(join(root, 'usr/bin/systemctl'), script, { mode: 0o755 });
    },
  ));

/** Of the newest tick, by the newest schema. */
function newestValues(datagrams: readonly Buffer[], samples: readonly Buffer[]) {
  const parts = schemaPartsIn(datagrams);
  const newest = parts.filter(({ schema }) => schema === parts.at(-1)?.schema);
  const bodies = samples.map((datagram) => valuesIn(bodyReader(datagram), newest));
  const last = bodies.at(-1)?.tick;
  const rows = bodies.filter(({ tick }) => tick === last);
  return new Map(rows.flatMap(({ values }) => [...values]));
}
