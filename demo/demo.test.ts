import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMetricName, seriesKey } from '../wire/metric.ts';
import { emptyActivity, isDead, observe } from './activity.ts';
import { buildCluster } from './cluster.ts';
import { DEMO_METRICS } from './metrics.ts';

/** 2025-11-21T12:00:00Z */
const NOON = 1_763_726_400;

test('a cluster of any size has its hosts in racks, each with a name of its own', () => {
  const hosts = buildCluster(210);
  assert.equal(new Set(hosts.map((host) => host.name)).size, 210);
  assert.deepEqual(hosts[26]?.labels, { class: 'COMPUTE', rack: 'r02', u: '2' });
  assert.equal(buildCluster(12_000).at(-1)?.name, 'n12000');
});

test('fifty metrics, each a series of its own', () => {
  assert.equal(DEMO_METRICS.length, 50);
  assert.equal(
    new Set(DEMO_METRICS.map(({ metric }) => seriesKey(metric.name, metric.labels))).size,
    50,
  );
  assert.ok(DEMO_METRICS.every(({ metric }) => isMetricName(metric.name)));
});

test('every value of every host is a finite number in its range, and the same when computed again', () => {
  const [host] = buildCluster(1);
  assert.ok(host);
  const activity = emptyActivity(host);
  for (const one of buildCluster(150)) {
    for (let second = NOON; second < NOON + 86_400; second += 7_777) {
      observe(one, second, activity);
      const values = DEMO_METRICS.map(({ value }) => value(activity));
      for (const [index, value] of values.entries()) {
        const metric = DEMO_METRICS[index]?.metric;
        assert.ok(Number.isFinite(value) && value >= 0, `${metric?.name} of ${one.name}: ${value}`);
        if (metric?.units === '%')
          assert.ok(value <= 100, `${metric.name} of ${one.name}: ${value}`);
      }
      observe(one, second, activity);
      assert.deepEqual(
        DEMO_METRICS.map(({ value }) => value(activity)),
        values,
      );
    }
  }
});

test('about half of the values change from one second to the next', () => {
  let changed = 0;
  let total = 0;
  for (const host of buildCluster(200)) {
    const activity = emptyActivity(host);
    observe(host, NOON, activity);
    const before = DEMO_METRICS.map(({ value }) => value(activity));
    observe(host, NOON + 1, activity);
    for (const [index, { value }] of DEMO_METRICS.entries()) {
      total += 1;
      if (value(activity) !== before[index]) changed += 1;
    }
  }
  assert.ok(changed / total > 0.35 && changed / total < 0.6, String(changed / total));
});

test('one host in a hundred dies now and then, the others never', () => {
  const hosts = buildCluster(100);
  const dead = hosts.filter((host) => {
    for (let second = NOON; second < NOON + 7200; second += 30)
      if (isDead(host, second)) return true;
    return false;
  });
  assert.deepEqual(
    dead.map((host) => host.name),
    ['n042'],
  );
});
