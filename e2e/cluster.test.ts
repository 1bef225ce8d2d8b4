/** Machines on one network: they appear by themselves, and nothing that they measured is lost. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApplianceStatus, HostList, SeriesRange } from '../wire/http.ts';
import { type Appliance, CLUSTERMON, startAppliance } from './harness/appliance.ts';
import { makeNetwork, type TestHost, type TestNetwork } from './harness/network.ts';
import { startProcess, type TestProcess, waitFor } from './harness/process.ts';

/** Longer outages are no different: the agents remember 15 minutes. */
const LOSS_SECONDS = 60;
const OUTAGE_SECONDS = 20;

let network: TestNetwork;
let appliance: Appliance | undefined;
let folder: string;
const agents: TestProcess[] = [];

before(async () => {
  network = makeNetwork(4);
  folder = mkdtempSync(join(tmpdir(), 'clustermon-cluster-'));
  appliance = await startCollector();
});
after(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  await appliance?.close();
  network.remove();
  rmSync(folder, { recursive: true, force: true });
});

function collectorHost(): TestHost {
  const host = network.hosts[0];
  assert.ok(host);
  return host;
}

function api(): Appliance {
  assert.ok(appliance);
  return appliance;
}

function startCollector(): Promise<Appliance> {
  return startAppliance({
    command: 'collector',
    args: ['--agents', 'eth0'],
    host: collectorHost(),
    data: join(folder, 'collector'),
    config: '',
  });
}

async function states(): Promise<Record<string, string>> {
  const { hosts } = await api().get<HostList>('/api/hosts');
  return Object.fromEntries(hosts.map(({ name, state }) => [name, state]));
}

/** Seconds of [fromS, toS) that the archive does not know, by host. */
async function gaps(fromS: number, toS: number): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const name of ['host2', 'host3', 'host4']) {
    const range = await api().get<SeriesRange>(
      `/api/series?host=${name}&metric=uptime&from=${fromS}&to=${toS}&points=10000`,
    );
    assert.equal(range.stepSeconds, 1);
    const rows = range.series[0]?.average ?? [];
    found[name] = Array.from({ length: toS - fromS }, (_, index) => fromS + index).filter(
      (second) => (rows[second - range.startS] ?? null) === null,
    );
  }
  return found;
}

const NO_GAPS = { host2: [], host3: [], host4: [] };

test('three agents appear within 3 s of their start, without any configuration', async () => {
  for (const host of network.hosts.slice(1)) {
    const args = ['--data', join(folder, host.name), 'agent', '--host-name', host.name];
    const secret = join(folder, 'collector', 'secret');
    agents.push(startProcess(CLUSTERMON, [...args, '--secret-file', secret], { host }));
  }
  await waitFor('the agents to run', () =>
    agents.every((agent) => agent.output().includes(' ready ')),
  );
  await waitFor(
    'three hosts',
    async () => {
      assert.deepEqual(await states(), { host2: 'up', host3: 'up', host4: 'up' });
      return true;
    },
    3_000,
  );
});

test(`with a fifth of all datagrams lost, ${LOSS_SECONDS} seconds have no gap`, async () => {
  const rule = [
    'INPUT',
    '-p',
    'udp',
    '-m',
    'statistic',
    '--mode',
    'random',
    '--probability',
    '0.2',
    '-j',
    'DROP',
  ];
  collectorHost().run('iptables', '-A', ...rule);
  const fromS = Math.floor(Date.now() / 1000) + 2;
  const toS = fromS + LOSS_SECONDS;
  await waitFor('the time to pass', () => Date.now() / 1000 > toS, (LOSS_SECONDS + 10) * 1000);
  const dropped = /^\s*(\d+)/m.exec(
    collectorHost().run('iptables', '-L', 'INPUT', '-v', '-x', '-n').split('\n')[2] ?? '',
  )?.[1];
  assert.ok(Number(dropped) > 20, `only ${dropped} datagrams were dropped`);
  await waitFor(
    'every gap to be filled',
    async () => {
      assert.deepEqual(await gaps(fromS, toS), NO_GAPS);
      return true;
    },
    60_000,
  );
  collectorHost().run('iptables', '-D', ...rule);
});

test(`with the collector killed for ${OUTAGE_SECONDS} seconds there is no gap`, async () => {
  const fromS = Math.floor(Date.now() / 1000) - 5;
  await api().process.end('SIGKILL');
  const restartMs = Date.now() + OUTAGE_SECONDS * 1000;
  await waitFor('the outage to pass', () => Date.now() > restartMs, (OUTAGE_SECONDS + 5) * 1000);
  appliance = await startCollector();
  const toS = Math.floor(Date.now() / 1000);
  await waitFor(
    'every gap to be filled',
    async () => {
      assert.deepEqual(await gaps(fromS, toS), NO_GAPS);
      return true;
    },
    60_000,
  );
});

test('an agent that ends is stopped, one that is killed is down and comes back by itself', async () => {
  const [first, second] = agents;
  await first?.end('SIGTERM');
  await second?.end('SIGKILL');
  await waitFor(
    'one stopped, one down',
    async () => {
      const now = await states();
      return now['host2'] === 'stopped' && now['host3'] === 'down' && now['host4'] === 'up';
    },
    90_000,
  );
  const host = network.hosts[2];
  const args = ['--data', join(folder, 'host3'), 'agent', '--host-name', 'host3'];
  const secret = join(folder, 'collector', 'secret');
  agents.push(startProcess(CLUSTERMON, [...args, '--secret-file', secret], { host }));
  await waitFor('host3 to be up', async () => (await states())['host3'] === 'up');
});

test('an agent with another secret is counted and not believed', async () => {
  const data = join(folder, 'intruder');
  mkdirSync(data);
  writeFileSync(join(data, 'secret'), `${'5a'.repeat(32)}\n`, { mode: 0o600 });
  const host = network.hosts[1];
  const intruder = startProcess(CLUSTERMON, ['--data', data, 'agent', '--host-name', 'intruder'], {
    host,
  });
  await waitFor('refused datagrams', async () => {
    const { ingest } = await api().get<ApplianceStatus>('/api/status');
    return Object.values(ingest.rejected).reduce((sum, count) => sum + count, 0) >= 3;
  });
  await intruder.end();
  assert.ok(!('intruder' in (await states())));
});
