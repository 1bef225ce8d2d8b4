/** The real thread on a real socket. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentKey } from '../../base/authentication.ts';
import type { HostTable } from '../hosts/host-table.ts';
import { openSampleStore } from '../store/sample-reader.ts';
import { type IngestHandle, startIngest } from './start.ts';
import { agentId, SimulatedAgent, testMetric } from './testing/simulated-agent.ts';

const SECRET = new Uint8Array(32).fill(3);
const ARCHIVES = ['1s:1h', '10s:6h'];
const DEADLINE_MS = 10_000;

function start(data: string): Promise<IngestHandle> {
  return startIngest({
    data,
    secret: SECRET,
    open: false,
    archives: ARCHIVES,
    journal: true,
    heartbeatSeconds: 3,
    hostsMax: 10,
    group: '',
    port: 0,
    interfaces: [],
    receiveBufferBytes: 65_536,
  });
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-thread-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function until(condition: () => boolean): Promise<void> {
  const endMs = Date.now() + DEADLINE_MS;
  while (!condition()) {
    assert.ok(Date.now() < endMs, 'the deadline has passed');
    await sleep(20);
  }
}

function value(hosts: HostTable): number {
  return hosts.byName('a')?.seriesByKey('load_one')?.value() ?? Number.NaN;
}

test('samples come through the socket, are there for readers, survive a restart', () =>
  withFolder(async (folder) => {
    const key = agentKey(SECRET, agentId('a'));
    const metrics = [testMetric('load_one')];
    const agent = new SimulatedAgent({ name: 'a', key, metrics }, Date.now());
    const socket: Socket = createSocket('udp4');
    let ingest = await start(folder);
    const send = (datagrams: readonly Uint8Array[]) => {
      for (const datagram of datagrams) socket.send(datagram, ingest.port, '127.0.0.1');
    };
    try {
      const second = Math.floor(Date.now() / 1000);
      send(agent.schema(Date.now()));
      send(agent.sample(second));
      await until(() => value(ingest.hosts) === agent.value(0, second));

      await assert.rejects(start(folder), { code: 'data-locked' });
      await ingest.close();
      ingest = await start(folder);
      await until(() => ingest.hosts.byName('a') !== undefined);
      const host = ingest.hosts.byName('a');
      const series = host?.seriesByKey('load_one');
      assert.ok(host && series);
      const store = openSampleStore({ file: ingest.file, archives: ARCHIVES, hosts: ingest.hosts });
      const [archive] = store.archives;
      assert.ok(archive);
      const range = {
        host: host.number,
        series: [series.id],
        fromS: second,
        toS: second + 1,
        archive,
      };
      assert.equal(store.read(range).columns[0]?.average[0], agent.value(0, second));
      store.close();

      ingest.removeHost(host.number);
      await until(() => ingest.hosts.list().length === 0);
    } finally {
      socket.close();
      await ingest.close();
    }
  }));

test('a database that is none is refused with what to do, and the folder is free again', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'samples.db');
    writeFileSync(file, 'no database\n'.repeat(1000));
    await assert.rejects(start(folder), { code: 'database-corrupt', message: /restore/ });
    rmSync(file);
    const ingest = await start(folder);
    await ingest.close();
  }));

test('a port that is taken is told', () =>
  withFolder(async (folder) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const data = { data: folder, secret: SECRET, open: false, archives: ARCHIVES, journal: false };
    const limits = { heartbeatSeconds: 3, hostsMax: 10, receiveBufferBytes: 65_536 };
    const network = { group: '', port: socket.address().port, interfaces: [] };
    await assert.rejects(startIngest({ ...data, ...limits, ...network }), { code: 'listen' });
    socket.close();
  }));
