import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentKey, seal } from '../../base/authentication.ts';
import { KINDS, TAG_SIZE, writeHeader } from '../../wire/packet.ts';
import { XdrWriter } from '../../wire/xdr.ts';
import type { Ingest } from './ingest.ts';
import { seededRandom } from './testing/random.ts';
import { type SimulatedAgent, testMetric } from './testing/simulated-agent.ts';
import { SimulatedCluster } from './testing/simulated-cluster.ts';

const METRICS = [testMetric('load_one'), testMetric('os', { type: 'double' })];
const SENDER = { address: '10.0.0.9', port: 1234 };
const SEED = Number(process.env['SEED'] ?? 7);

/** A cluster with one host that has sent for some seconds. */
function withHost(
  run: (cluster: SimulatedCluster, ingest: Ingest, agent: SimulatedAgent) => void,
): void {
  const cluster = new SimulatedCluster({ seed: SEED });
  try {
    cluster.startCollector();
    const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
    let seconds = 0;
    cluster.run(agent, () => {
      seconds += 1;
      return seconds <= 5;
    });
    cluster.runSeconds(6);
    assert.ok(cluster.ingest);
    run(cluster, cluster.ingest, agent);
  } finally {
    cluster.remove();
  }
}

function totalRejected(ingest: Ingest): number {
  return Object.values(ingest.counters.rejected).reduce((sum, count) => sum + count, 0);
}

/** Changes a sound datagram so that it is authentic no more. */
const MUTATIONS: readonly ((datagram: Uint8Array, random: () => number) => Uint8Array)[] = [
  function flipped(datagram, random) {
    const copy = datagram.slice();
    const at = Math.floor(random() * copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    return copy;
  },
  function truncated(datagram, random) {
    return datagram.slice(0, Math.floor(random() * datagram.length));
  },
  function extended(datagram, random) {
    const longer = new Uint8Array(datagram.length + 1 + Math.floor(random() * 64));
    longer.set(datagram);
    return longer;
  },
  function forged(datagram) {
    const copy = datagram.slice();
    seal(copy, agentKey(new Uint8Array(32).fill(9), 'another secret..'));
    return copy;
  },
  function replayed(datagram) {
    return datagram;
  },
  function noise(datagram, random) {
    return Uint8Array.from({ length: datagram.length }, () => random() * 256);
  },
  function unsealed(datagram) {
    const copy = datagram.slice();
    copy.fill(0, copy.length - TAG_SIZE);
    return copy;
  },
];

test('100,000 fuzzed, truncated, forged and replayed datagrams are counted by reason and leave no trace', () =>
  withHost((cluster, ingest, agent) => {
    const random = seededRandom(SEED);
    const corpus = [
      ...agent.schema(cluster.events.nowMs),
      ...agent.sample(cluster.second),
      agent.bye(cluster.events.nowMs),
    ];
    // Once each, so that the sound ones are replays from now on.
    for (const datagram of corpus) ingest.receive(datagram, SENDER, cluster.events.nowMs);
    const hosts = cluster.replica.list().length;
    const { samples, datagrams } = ingest.counters;
    const rejected = totalRejected(ingest);
    for (let count = 0; count < 100_000; count += 1) {
      const datagram = corpus[Math.floor(random() * corpus.length)] as Uint8Array;
      const mutate = MUTATIONS[count % MUTATIONS.length] as (typeof MUTATIONS)[number];
      ingest.receive(mutate(datagram, random), SENDER, cluster.events.nowMs);
    }
    assert.equal(ingest.counters.datagrams - datagrams, 100_000);
    assert.equal(totalRejected(ingest) - rejected, 100_000);
    assert.equal(ingest.counters.samples, samples);
    assert.equal(cluster.replica.list().length, hosts);
    for (const reason of ['too-short', 'magic', 'version', 'kind', 'tag', 'replay'] as const) {
      assert.ok((ingest.counters.rejected[reason] ?? 0) > 0, reason);
    }
  }));

test('10,000 authentic datagrams with nonsense inside are counted and crash nothing', () =>
  withHost((cluster, ingest, agent) => {
    const random = seededRandom(SEED);
    const kinds = Object.values(KINDS);
    for (let sequence = 1000; sequence < 11_000; sequence += 1) {
      const writer = new XdrWriter(new Uint8Array(200));
      const kind = kinds[sequence % kinds.length] ?? KINDS.samples;
      const boot = cluster.events.nowMs + 1;
      writeHeader(writer, {
        kind,
        agent: agent.agent,
        boot,
        sequence,
        timeMs: cluster.events.nowMs,
      });
      const size = writer.offset + Math.floor(random() * 100);
      while (writer.offset < size)
        writer.bytes[writer.offset++] = random() < 0.5 ? 0 : random() * 256;
      const datagram = writer.bytes.slice(0, size + TAG_SIZE);
      seal(datagram, cluster.key(agent.agent));
      ingest.receive(datagram, SENDER, cluster.events.nowMs);
    }
    assert.ok(totalRejected(ingest) > 5000);
    assert.equal(ingest.counters.samples, 10);
  }));

test('a second host of one name is shown with digits, and as it is called when the first is gone', () =>
  withHost((cluster, ingest) => {
    const twin = cluster.addAgent({ name: 'twin of a', hostName: 'a', metrics: METRICS });
    for (const part of twin.schema(cluster.events.nowMs)) cluster.send(part);
    cluster.runSeconds(1);
    const names = () => cluster.replica.list().map(({ name }) => name);
    const [first, second = ''] = names();
    assert.equal(first, 'a');
    assert.match(second, /^a-[0-9a-f]{4}$/);
    ingest.removeHost(cluster.replica.byName('a')?.number ?? -1);
    assert.deepEqual(names(), ['a']);
  }));

test('a host that falls silent is down after four heartbeats, keeps its series, and comes back by itself', () =>
  withHost((cluster, _, agent) => {
    const states: string[] = [];
    cluster.replica.subscribe((change) => {
      if (change.kind === 'state') states.push(`${change.previous} → ${change.host.state}`);
    });
    const host = cluster.replica.byName('a');
    assert.equal(host?.state, 'up');
    cluster.runSeconds(11);
    assert.equal(host.state, 'up', '3 s × 4 are not over');
    cluster.runSeconds(3);
    assert.equal(host.state, 'down');
    assert.ok(Number.isNaN(host.seriesByKey('load_one')?.value()));
    assert.equal(host.series.length, METRICS.length + 1);
    for (const datagram of agent.sample(cluster.second)) cluster.send(datagram);
    cluster.runSeconds(1);
    assert.deepEqual(states, ['up → down', 'down → up']);
  }));

test('a host that says BYE is stopped, also when an older datagram comes after it', () =>
  withHost((cluster, ingest, agent) => {
    const late = agent.sample(cluster.second);
    const bye = agent.bye(cluster.events.nowMs);
    ingest.receive(bye, SENDER, cluster.events.nowMs);
    for (const datagram of late) ingest.receive(datagram, SENDER, cluster.events.nowMs);
    assert.equal(cluster.replica.byName('a')?.state, 'stopped');
    agent.restart(cluster.events.nowMs);
    cluster.run(agent);
    cluster.runSeconds(3);
    assert.equal(cluster.replica.byName('a')?.state, 'up');
  }));

test('a lower boot is believed after the agent has answered our nonce, not before', () =>
  withHost((cluster, ingest, agent) => {
    cluster.network = { ...cluster.network, requests: false };
    agent.restart(1000);
    for (const datagram of agent.sample(cluster.second)) cluster.send(datagram);
    cluster.runSeconds(1);
    assert.equal(ingest.counters.rejected['old-boot'], 1);
    cluster.network = { ...cluster.network, requests: true };
    cluster.run(agent);
    cluster.runSeconds(10);
    assert.equal(cluster.replica.byName('a')?.bootMs, 1000);
    const value = cluster.replica.byName('a')?.seriesByKey('load_one')?.value() ?? Number.NaN;
    assert.ok(!Number.isNaN(value));
  }));

test('of two agents with one id the one started last is taken, and the page says so', () =>
  withHost((cluster, ingest, agent) => {
    const twin = cluster.addAgent({ name: 'a', metrics: METRICS });
    let isTwinRunning = true;
    cluster.run(agent);
    cluster.run(twin, () => isTwinRunning);
    const fromS = cluster.second + 1;
    cluster.runSeconds(30);
    const { unknown } = cluster.compare(twin, 0, { fromS, toS: cluster.second - 3 });
    assert.deepEqual(unknown, []);
    assert.equal(ingest.counters.rejected['schema-unknown'] ?? 0, 0);
    const [problem] = cluster.replica.problems;
    assert.equal(problem?.code, 'agent-twice');
    assert.match(problem?.text ?? '', /\(a: 10\.0\.0\.1 and 10\.0\.0\.1\)$/);
    isTwinRunning = false;
    cluster.runSeconds(80);
    assert.deepEqual(cluster.replica.problems, []);
    const value = cluster.replica.byName('a')?.seriesByKey('load_one')?.value() ?? Number.NaN;
    assert.ok(!Number.isNaN(value));
  }));

test('datagrams of before the agent was started again, which come late, are no second agent', () =>
  withHost((cluster, ingest, agent) => {
    const late = agent.sample(cluster.second);
    agent.restart(cluster.events.nowMs);
    cluster.run(agent);
    cluster.runSeconds(20);
    for (const datagram of late) ingest.receive(datagram, SENDER, cluster.events.nowMs);
    cluster.runSeconds(2);
    assert.equal(ingest.counters.rejected['old-boot'], 1);
    assert.deepEqual(cluster.replica.problems, []);
    assert.equal(cluster.replica.byName('a')?.address, '10.0.0.1');
  }));

test('two machines of one name are told apart', () =>
  withHost((cluster) => {
    const twin = cluster.addAgent({ name: 'twin', metrics: METRICS });
    Object.defineProperty(twin, 'name', { value: 'a' });
    cluster.run(twin);
    cluster.runSeconds(2);
    const names = cluster.replica.list().map(({ name }) => name);
    assert.equal(names[0], 'a');
    assert.match(names[1] ?? '', /^a-[0-9a-f]{4}$/);
  }));

test('the cluster’s summaries follow the hosts that are up', () =>
  withHost((cluster, _, agent) => {
    const others = ['b', 'cc', 'ddd'].map((name) => cluster.addAgent({ name, metrics: METRICS }));
    for (const one of [agent, ...others]) cluster.run(one);
    cluster.runSeconds(20);
    const { cluster: summary } = cluster.replica;
    const second = cluster.second - 3;
    const values = [agent, ...others].map((one) => one.value(0, second)).sort((a, b) => a - b);
    const at = (field: string) =>
      summary.seriesByKey(`load_one{summary=${JSON.stringify(field)}}`)?.at(second);
    assert.equal(at('count'), 4);
    assert.equal(at('max'), values[3]);
    assert.equal(at('p5'), values[0]);
    assert.equal(at('p50'), values[2]);
    const sum = values.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs((at('sum') ?? 0) - sum) < 1e-6);
  }));
