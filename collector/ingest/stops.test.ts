import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArchiveInfo } from '../store/sample-store.ts';
import { SampleWriter } from '../store/sample-writer.ts';
import { testMetric } from './testing/simulated-agent.ts';
import { SimulatedCluster } from './testing/simulated-cluster.ts';

const METRICS = [testMetric('load_one', { type: 'float' }), testMetric('gone'), testMetric('last')];

function withCluster(run: (cluster: SimulatedCluster) => void): void {
  const cluster = new SimulatedCluster({ seed: 1 });
  try {
    cluster.startCollector();
    run(cluster);
  } finally {
    cluster.remove();
  }
}

/** Known samples in each row of a series of host `a`. */
function counts(
  cluster: SimulatedCluster,
  name: string,
  { archive, fromS, toS }: { archive: number; fromS: number; toS: number },
): number[] {
  const host = cluster.replica.byName('a');
  const series = host?.allSeries().find(({ metric }) => metric.name === name);
  const store = cluster.openStore();
  try {
    return [
      ...(store.read({
        host: host?.number ?? -1,
        series: [series?.id ?? -1],
        fromS,
        toS,
        archive: store.archives[archive] as ArchiveInfo,
      }).columns[0]?.count ?? []),
    ];
  } finally {
    store.close();
  }
}

// A collector that is switched off with its cluster: the 1 s archive of these tests keeps two hours, the 10 s archive a day.
for (const { hours, archive, step } of [
  { hours: 3, archive: 1, step: 10 },
  { hours: 60, archive: 1, step: 10 },
  { hours: 60, archive: 2, step: 300 },
]) {
  test(`off for ${hours} hours: the rows of ${step} s up to then are folded`, () =>
    withCluster((cluster) => {
      let isRunning = true;
      const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
      cluster.run(agent, () => isRunning);
      const fromS = cluster.second + step;
      cluster.runSeconds(900);
      isRunning = false;
      const toS = cluster.second - step;
      cluster.runSeconds(2);
      cluster.killCollector();
      cluster.runSeconds(hours * 3600);
      cluster.startCollector();
      cluster.runSeconds(5);
      const range = { archive, fromS, toS };
      assert.deepEqual([...new Set(counts(cluster, 'load_one', range))], [step]);
    }));
}

test('off for a month: the start stores what the journal holds, not a month of nothing', (context) =>
  withCluster((cluster) => {
    let isRunning = true;
    cluster.run(cluster.addAgent({ name: 'a', metrics: METRICS }), () => isRunning);
    cluster.runSeconds(300);
    isRunning = false;
    cluster.runSeconds(2);
    cluster.killCollector();
    cluster.runSeconds(30 * 86_400);
    const put = context.mock.method(SampleWriter.prototype, 'put');
    cluster.startCollector();
    cluster.runSeconds(2);
    assert.ok(put.mock.callCount() < 20, `${put.mock.callCount()} blocks`);
  }));

// The block of host 1 ends 242 s after the start of the simulation and is stored ten seconds later.
for (const seconds of [230, 245, 251, 260]) {
  test(`a series that goes after ${seconds} s is whole up to then`, () =>
    withCluster((cluster) => {
      const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
      cluster.run(agent);
      const fromS = cluster.second + 1;
      cluster.runSeconds(seconds);
      const toS = cluster.second;
      agent.setMetrics(
        [METRICS[0], testMetric('new'), METRICS[2], testMetric('more')].flatMap((one) => one ?? []),
      );
      for (const part of agent.schema(cluster.events.nowMs)) cluster.send(part);
      cluster.runSeconds(200);
      const range = { archive: 0, fromS, toS };
      assert.deepEqual([...new Set(counts(cluster, 'gone', range))], [1]);
    }));
}

test('rows that came late do not bring back the blocks of a host that is removed', () =>
  withCluster((cluster) => {
    const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
    let isRunning = true;
    cluster.run(agent, () => isRunning);
    const fromS = cluster.second + 1;
    cluster.runSeconds(200);
    cluster.cutOff = new Set(['a']);
    cluster.runSeconds(200);
    cluster.cutOff = new Set();
    cluster.runSeconds(6);
    isRunning = false;
    const number = cluster.replica.byName('a')?.number ?? 0;
    cluster.ingest?.removeHost(number);
    cluster.runSeconds(30);
    const store = cluster.openStore();
    const query = { host: number, series: [0], fromS, toS: cluster.second };
    const rows = store.read({ ...query, archive: store.archives[0] as ArchiveInfo });
    store.close();
    assert.deepEqual([...new Set(rows.columns[0]?.average)], [Number.NaN]);
  }));
