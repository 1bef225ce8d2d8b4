import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testMetric } from './testing/simulated-agent.ts';
import { GOOD_NETWORK, type Network, SimulatedCluster } from './testing/simulated-cluster.ts';

const METRICS = [
  testMetric('load_one', { type: 'float' }),
  testMetric('cpu_user', { type: 'float' }),
  testMetric('mem_free'),
];
/** A failing run is repeated with SEED=<the number it printed>. */
const SEED = Number(process.env['SEED'] ?? 20_261_121);
/** The last seconds may still be under way. */
const SETTLE_SECONDS = 40;

function withCluster(
  options: { journal?: boolean },
  run: (cluster: SimulatedCluster) => void,
): void {
  const cluster = new SimulatedCluster({ seed: SEED, ...options });
  try {
    run(cluster);
  } catch (error) {
    console.error(`SEED=${SEED}`);
    throw error;
  } finally {
    cluster.remove();
  }
}

/** Asserts that every second is stored with the agent's own value. */
function assertWhole(cluster: SimulatedCluster, range: { fromS: number; toS: number }): void {
  for (const agent of cluster.agents) {
    for (const metric of agent.metrics.keys()) {
      const { unknown, wrong } = cluster.compare(agent, metric, range);
      assert.deepEqual({ unknown, wrong }, { unknown: [], wrong: [] }, `${agent.name} ${metric}`);
    }
  }
}

const networks: { name: string; network: Network; seconds: number }[] = [
  { name: 'a good network', network: GOOD_NETWORK, seconds: 450 },
  { name: '20 % loss', network: { ...GOOD_NETWORK, loss: 0.2 }, seconds: 600 },
  {
    name: 'loss, duplicates, delays that reorder',
    network: { ...GOOD_NETWORK, loss: 0.1, duplicates: 0.3, delayMsMax: 2500 },
    seconds: 450,
  },
];
for (const { name, network, seconds } of networks) {
  test(`no second is missing after ${name}`, () =>
    withCluster({}, (cluster) => {
      cluster.network = network;
      cluster.startCollector();
      for (const host of ['a', 'b', 'c'])
        cluster.run(cluster.addAgent({ name: host, metrics: METRICS }));
      const fromS = cluster.second + 1;
      cluster.runSeconds(seconds);
      assertWhole(cluster, { fromS, toS: cluster.second - SETTLE_SECONDS });
    }));
}

test('canary: without answers to requests, loss leaves gaps', () =>
  withCluster({}, (cluster) => {
    cluster.network = { ...GOOD_NETWORK, loss: 0.2, requests: false };
    cluster.startCollector();
    cluster.run(cluster.addAgent({ name: 'a', metrics: METRICS }));
    const fromS = cluster.second + 1;
    cluster.runSeconds(100);
    assert.throws(() => assertWhole(cluster, { fromS, toS: cluster.second - SETTLE_SECONDS }));
  }));

for (const journal of [true, false]) {
  for (const downSeconds of [5, 120, 600]) {
    test(`killed for ${downSeconds} s, ${journal ? 'with' : 'without'} a journal: no second is missing`, () =>
      withCluster({ journal }, (cluster) => {
        cluster.network = { ...GOOD_NETWORK, loss: 0.05 };
        cluster.startCollector();
        for (const name of ['a', 'b']) cluster.run(cluster.addAgent({ name, metrics: METRICS }));
        const fromS = cluster.second + 1;
        cluster.runSeconds(250);
        cluster.killCollector();
        cluster.runSeconds(downSeconds);
        cluster.startCollector();
        cluster.runSeconds(250);
        assertWhole(cluster, { fromS, toS: cluster.second - SETTLE_SECONDS });
      }));
  }
}

// The block of host 1 ends 92 s after the start of the simulation, and each 150 s.
for (const runSeconds of [230, 250, 330]) {
  test(`ended in order after ${runSeconds} s without a journal, for two minutes: no second is missing`, () =>
    withCluster({ journal: false }, (cluster) => {
      cluster.startCollector();
      cluster.run(cluster.addAgent({ name: 'a', metrics: METRICS }));
      const fromS = cluster.second + 1;
      cluster.runSeconds(runSeconds);
      cluster.closeCollector();
      cluster.runSeconds(120);
      cluster.startCollector();
      cluster.runSeconds(60);
      assertWhole(cluster, { fromS, toS: cluster.second - SETTLE_SECONDS });
    }));
}

test('ticks in several datagrams are whole in the end', () =>
  withCluster({}, (cluster) => {
    cluster.network = { ...GOOD_NETWORK, loss: 0.15 };
    cluster.startCollector();
    const metrics = Array.from({ length: 25 }, (_, index) => testMetric(`m${index}`));
    cluster.run(cluster.addAgent({ name: 'a', metrics, valuesPerDatagram: 10 }));
    const fromS = cluster.second + 1;
    cluster.runSeconds(300);
    assertWhole(cluster, { fromS, toS: cluster.second - SETTLE_SECONDS });
  }));

test('new series while the host runs: the old ones have no gap, the new ones begin where they began', () =>
  withCluster({}, (cluster) => {
    cluster.startCollector();
    const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
    cluster.run(agent);
    const fromS = cluster.second + 1;
    cluster.runSeconds(130);
    const more = Array.from({ length: 40 }, (_, index) => testMetric(`disk_${index}`));
    agent.setMetrics([...METRICS, ...more]);
    for (const part of agent.schema(cluster.events.nowMs)) cluster.send(part);
    const grownS = cluster.second + 2;
    cluster.runSeconds(250);
    const toS = cluster.second - SETTLE_SECONDS;
    for (const metric of METRICS.keys()) {
      assert.deepEqual(cluster.compare(agent, metric, { fromS, toS }).unknown, []);
    }
    assert.deepEqual(cluster.compare(agent, 20, { fromS: grownS, toS }), {
      unknown: [],
      wrong: [],
    });
  }));

const clocks: { name: string; offsetMs: (second: number) => number }[] = [
  { name: 'an hour ahead', offsetMs: () => 3_600_000 },
  { name: 'at 1970', offsetMs: () => -1_800_000_000_000 },
  {
    name: 'set back by ten minutes while it runs',
    offsetMs: (second) => (second < 100 ? 0 : -600_000),
  },
  {
    name: 'set ahead by a day while it runs',
    offsetMs: (second) => (second < 100 ? 0 : 86_400_000),
  },
];
for (const { name, offsetMs } of clocks) {
  test(`the clock of a host ${name}: samples are stored at the collector's time`, () =>
    withCluster({}, (cluster) => {
      cluster.startCollector();
      const startS = cluster.second;
      const clockOffsetMs = () => offsetMs(cluster.second - startS);
      const agent = cluster.addAgent({ name: 'a', metrics: METRICS, clockOffsetMs });
      cluster.run(agent);
      cluster.runSeconds(300);
      assertWhole(cluster, { fromS: startS + 1, toS: cluster.second - SETTLE_SECONDS });
      const host = cluster.replica.byName('a');
      const off = Math.abs((host?.clockOffsetMs ?? 0) - clockOffsetMs());
      assert.ok(off <= 50, `offset is wrong by ${off} ms`);
      assert.equal(host?.seriesByKey('clock_offset')?.value(), (host?.clockOffsetMs ?? 0) / 1000);
    }));
}

test('a suspended machine leaves a gap of just the time that it slept', () =>
  withCluster({}, (cluster) => {
    cluster.startCollector();
    const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
    let asleep = false;
    cluster.events.every(1000, () => {
      if (!asleep) for (const datagram of agent.sample(cluster.second)) cluster.send(datagram);
      return true;
    });
    for (const part of agent.schema(cluster.events.nowMs)) cluster.send(part);
    cluster.runSeconds(60);
    const sleptFromS = cluster.second + 1;
    asleep = true;
    cluster.runSeconds(40);
    asleep = false;
    cluster.runSeconds(60);
    const { unknown, wrong } = cluster.compare(agent, 0, {
      fromS: sleptFromS - 30,
      toS: sleptFromS + 80,
    });
    assert.deepEqual(wrong, []);
    assert.equal(unknown.length, 40);
    assert.equal(unknown[0], sleptFromS);
  }));
