import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seriesKey } from '../../wire/metric.ts';
import { FakeCluster } from '../http/testing/fake-cluster.ts';
import { evaluateInstant, prepare } from '../query/engine.ts';
import { ClusterSource } from '../query-source/cluster-source.ts';
import { NodeNames } from './node-names.ts';

const NOW_S = 1_767_225_600;
const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');

/** A host that sends every metric that docs/metrics.md lists, one series of each. */
function fullHost(): FakeCluster {
  const hosts = new FakeCluster(NOW_S);
  const host = hosts.addHost('full');
  const [like] = host.series;
  assert.ok(like);
  const rows = read('../../docs/metrics.md').matchAll(/^\| `(\w+)` \| ([\w, –]+) \| (\w+) \|/gm);
  for (const [, name = '', labelNames = '', type] of rows) {
    if (type === 'string') continue;
    const names = labelNames === '–' ? [] : labelNames.split(', ');
    const labels = Object.fromEntries(names.map((label) => [label, label === 'mount' ? '/' : 'x']));
    if (!host.seriesByKey(seriesKey(name, labels)))
      host.add({ ...like.metric, name, labels }, () => 1);
  }
  return hosts;
}

const hosts = fullHost();
const natives = new ClusterSource({ hosts, store: hosts, nowMs: () => hosts.nowMs() });
const source = new NodeNames(natives, hosts);

const panels = read('testdata/dashboard.txt').split('\n');
for (const expr of panels.filter((line) => line !== '' && !line.startsWith('#'))) {
  test(`${expr} gives data`, () => {
    const { value } = evaluateInstant(prepare(expr), { source, timeMs: NOW_S * 1000 });
    assert.ok(value.type === 'vector' && value.samples.length > 0);
  });
}
