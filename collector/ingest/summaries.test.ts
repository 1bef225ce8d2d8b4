/** The cluster's summaries are what they would have been, had every datagram come in time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BAND_FIELDS } from '../../wire/http.ts';
import { seriesKey } from '../../wire/metric.ts';
import { Spread } from './spread.ts';
import { testMetric } from './testing/simulated-agent.ts';
import { GOOD_NETWORK, SimulatedCluster } from './testing/simulated-cluster.ts';

const METRICS = [testMetric('load_one'), testMetric('cpu_user', { type: 'float' })];
const NAMES = ['a', 'bb', 'ccc', 'dddd'];
/** A failing run is repeated with SEED=<the number it printed>. */
const SEED = Number(process.env['SEED'] ?? 20_261_121);
/** Until a second that came late is summarised again, and its block is stored again. */
const SETTLE_SECONDS = 90;
/** Until all blocks of the time before a start are stored and summaries made out of them. */
const REBUILD_SECONDS = 320;

const cases: {
  readonly name: string;
  readonly journal?: boolean;
  readonly loss?: number;
  /** Lets time pass in the cluster, which runs. */
  readonly run: (cluster: SimulatedCluster) => void;
}[] = [
  { name: 'a fifth of the datagrams is lost', loss: 0.2, run: () => undefined },
  { name: 'killed for 5 s', run: (cluster) => kill(cluster, 5) },
  {
    name: 'killed for 300 s while datagrams are lost',
    loss: 0.1,
    run: (cluster) => kill(cluster, 300),
  },
  {
    name: 'killed for 300 s, without a journal',
    journal: false,
    run: (cluster) => kill(cluster, 300),
  },
  {
    name: 'killed again before the first time was made good',
    run(cluster) {
      kill(cluster, 200);
      cluster.runSeconds(60);
      kill(cluster, 30);
    },
  },
  {
    name: 'some hosts cut off for 250 s',
    run(cluster) {
      cluster.cutOff = new Set(['a', 'ccc']);
      cluster.runSeconds(250);
      cluster.cutOff = new Set();
    },
  },
];

for (const { name, journal = true, loss = 0, run } of cases) {
  test(name, () => {
    const cluster = new SimulatedCluster({ seed: SEED, journal });
    try {
      cluster.network = { ...GOOD_NETWORK, loss };
      cluster.startCollector();
      for (const host of NAMES) cluster.run(cluster.addAgent({ name: host, metrics: METRICS }));
      cluster.runSeconds(10);
      const fromS = cluster.second;
      cluster.runSeconds(200);
      run(cluster);
      cluster.runSeconds(REBUILD_SECONDS);
      assertSummaries(cluster, { fromS, toS: cluster.second - SETTLE_SECONDS });
    } catch (error) {
      console.error(`SEED=${SEED}`);
      throw error;
    } finally {
      cluster.remove();
    }
  });
}

test('a time in which no host was there stays unknown', () => {
  const cluster = new SimulatedCluster({ seed: SEED });
  try {
    cluster.startCollector();
    let isOn = true;
    const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
    cluster.run(agent, () => isOn);
    cluster.runSeconds(200);
    isOn = false;
    cluster.runSeconds(1);
    cluster.killCollector();
    const offFromS = cluster.second + 1;
    cluster.runSeconds(300);
    const offToS = cluster.second;
    cluster.startCollector();
    agent.restart(cluster.events.nowMs);
    cluster.run(agent);
    cluster.runSeconds(REBUILD_SECONDS);
    const key = seriesKey('load_one', { summary: 'count' });
    const values = cluster.values(cluster.replica.cluster, key, { fromS: offFromS, toS: offToS });
    assert.ok(values.every((value) => Number.isNaN(value)));
  } finally {
    cluster.remove();
  }
});

function kill(cluster: SimulatedCluster, seconds: number): void {
  cluster.killCollector();
  cluster.runSeconds(seconds);
  cluster.startCollector();
}

function assertSummaries(
  cluster: SimulatedCluster,
  { fromS, toS }: { fromS: number; toS: number },
): void {
  for (const [metric, definition] of METRICS.entries()) {
    const wanted = Array.from({ length: toS - fromS }, (_, index) => {
      const spread = new Spread(definition);
      for (const agent of cluster.agents) spread.add(agent.value(metric, fromS + index));
      return spread.summary();
    });
    for (const [field, label] of BAND_FIELDS.entries()) {
      const key = seriesKey(definition.name, { summary: label });
      const values = cluster.values(cluster.replica.cluster, key, { fromS, toS });
      const wrong = wanted.flatMap((fields, index) =>
        fields[field] === values[index]
          ? []
          : [`${index} s: ${values[index]}, not ${fields[field]}`],
      );
      assert.deepEqual(wrong, [], key);
    }
  }
}
