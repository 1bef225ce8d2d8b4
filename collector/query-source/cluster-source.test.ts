import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCluster } from '../http/testing/fake-cluster.ts';
import { evaluateInstant, evaluateRange, prepare } from '../query/engine.ts';
import type { SampleSource } from '../query/source.ts';
import { ClusterSource } from './cluster-source.ts';

const START_S = 1_767_225_600;
const DAY_S = 86_400;

function cluster(): FakeCluster {
  const made = new FakeCluster(START_S);
  for (const [name, rack] of [
    ['a', 'r1'],
    ['b', 'r1'],
    ['c', 'r2'],
  ] as const) {
    made.addHost(name, { rack });
  }
  return made;
}

function sourceOf(hosts: FakeCluster): ClusterSource {
  return new ClusterSource({ hosts, store: hosts, nowMs: () => hosts.nowMs() });
}

/** The result of an instant query as `labels value` lines. */
function instant(hosts: FakeCluster, expr: string, timeS = hosts.second): string[] {
  const { value } = evaluateInstant(prepare(expr), {
    source: sourceOf(hosts),
    timeMs: timeS * 1000,
  });
  if (value.type !== 'vector') throw new Error(`${expr} is no vector`);
  return value.samples.map((sample) => `${sample.labels} ${sample.value}`).sort();
}

function range(
  hosts: FakeCluster,
  expr: string,
  { fromS, toS, stepS }: { fromS: number; toS: number; stepS: number },
) {
  const { value } = evaluateRange(prepare(expr), {
    source: sourceOf(hosts),
    startMs: fromS * 1000,
    endMs: toS * 1000,
    stepMs: stepS * 1000,
  });
  if (value.type !== 'matrix') throw new Error(`${expr} is no matrix`);
  return value.series;
}

test('a live value carries the labels of host and series', () => {
  const hosts = cluster();
  const value = hosts.byName('c')?.seriesByKey('disk_read_bytes{device="sdb"}')?.value();
  assert.deepEqual(instant(hosts, 'disk_read_bytes{host="c",device="sdb"}'), [
    `disk_read_bytes{device="sdb", host="c", rack="r2"} ${value}`,
  ]);
});

const selections = [
  { expr: 'load_one', series: 3 },
  { expr: 'load_one{rack="r1"}', series: 2 },
  { expr: 'load_one{host=~"a|c"}', series: 2 },
  { expr: 'load_one{host!="a"}', series: 2 },
  { expr: 'load_one{host="nobody"}', series: 0 },
  { expr: '{__name__=~"load_.*",host="a"}', series: 2 },
  { expr: 'disk_read_bytes{rack="r1",device="sda"}', series: 2 },
  { expr: 'os_release', series: 0 },
];
for (const { expr, series } of selections) {
  test(`${expr} selects ${series} series`, () => {
    assert.equal(instant(cluster(), expr).length, series);
  });
}

for (const backS of [0, 100, 150, 200, 239, 300, 3000]) {
  test(`an instant query finds every host ${backS} s ago, whether memory or the archive has that second`, () => {
    const hosts = cluster();
    assert.equal(instant(hosts, 'load_one', hosts.second - backS).length, 3);
  });
}

test('up is 1, 0 when the host is down, absent when it was stopped', () => {
  const hosts = cluster();
  hosts.byName('b')?.setState('down');
  hosts.byName('c')?.setState('stopped');
  assert.deepEqual(instant(hosts, 'up'), [
    'up{host="a", rack="r1"} 1',
    'up{host="b", rack="r1"} 0',
  ]);
});

test('a series that is silent for more than five seconds has ended', () => {
  const hosts = cluster();
  hosts.byName('b')?.setState('down');
  const silentS = hosts.second;
  for (const [age, count] of [
    [4, 3],
    [5, 2],
  ] as const) {
    hosts.tick(silentS + age);
    assert.equal(instant(hosts, 'load_one').length, count, `after ${age} s`);
  }
  const last = silentS + 60;
  hosts.tick(last);
  const [b] = range(hosts, 'load_one{host="b"}', { fromS: silentS - 5, toS: last, stepS: 1 });
  assert.equal(b?.timesMs.at(-1), (silentS + 4) * 1000);
});

test('a metric that is sent rarely goes on for as long as it may be silent', () => {
  const hosts = cluster();
  const host = hosts.byName('a') ?? assert.fail();
  const like = host.seriesByKey('load_one') ?? assert.fail();
  const metric = { ...like.metric, name: 'battery', tmax: 60 };
  host.add(metric, (second) => (second === START_S ? 97 : Number.NaN));
  for (const [age, count] of [
    [59, 1],
    [60, 0],
  ] as const) {
    hosts.tick(START_S + age);
    assert.equal(instant(hosts, 'battery').length, count, `live, after ${age} s`);
    const times = { fromS: START_S + age, toS: START_S + age + 1, stepS: 60 };
    assert.equal(range(hosts, 'battery', times).length, count, `range, after ${age} s`);
  }
});

test('series that differ in a label with another meaning in queries are two series', () => {
  const hosts = cluster();
  const host = hosts.byName('a') ?? assert.fail();
  const { metric } = host.seriesByKey('load_one') ?? assert.fail();
  const own = [{ host: 'x' }, { host: 'y' }, { __name__: 'x' }];
  for (const [index, labels] of own.entries())
    host.add({ ...metric, name: 'm', labels }, () => index);
  assert.deepEqual(instant(hosts, 'm * 2').sort(), [
    '{exported___name__="x", host="a", rack="r1"} 4',
    '{exported_host="x", host="a", rack="r1"} 0',
    '{exported_host="y", host="a", rack="r1"} 2',
  ]);
});

/** The newest value of a series that ends at a second, as an instant query finds it and as a range query does, which reads the archives. */
function newestBothWays(
  hosts: FakeCluster,
  expr: string,
  { timeS, holdMs }: { timeS: number; holdMs?: number },
) {
  const options = holdMs === undefined ? {} : { holdMs, lookbackMs: holdMs };
  const source = sourceOf(hosts);
  const timeMs = timeS * 1000;
  const live = evaluateInstant(prepare(expr), { source, timeMs, ...options }).value;
  const times = { startMs: timeMs, endMs: timeMs + 1000, stepMs: 60_000 };
  const stored = evaluateRange(prepare(expr), { source, ...times, ...options }).value;
  if (live.type !== 'vector' || stored.type !== 'matrix') throw new Error(expr);
  return {
    live: live.samples.map(({ labels, value }) => `${labels} ${value}`).sort(),
    stored: stored.series.map(({ labels, values }) => `${labels} ${values[0]}`).sort(),
  };
}

const silences = [4, 5, 60, 168, 200, 270, 299, 300];
for (const silentS of silences) {
  test(`a host that is silent for ${silentS} s: memory answers what archives and memory do`, () => {
    const hosts = cluster();
    const host = hosts.byName('a') ?? assert.fail();
    const { metric } = host.seriesByKey('load_one') ?? assert.fail();
    for (const tmax of [60, 180, 1200]) {
      host.add({ ...metric, name: 'load_one', tmax, labels: { tmax: `${tmax}` } }, (at) => at);
    }
    host.setState('down');
    hosts.tick(hosts.second + silentS);
    for (const expr of ['load_one', 'load_one offset 30s', 'count_over_time(load_one[5m])']) {
      for (const backS of [0, 107, 108]) {
        for (const holdMs of [undefined, 300_000]) {
          const timeS = hosts.second - backS;
          const at = { timeS, ...(holdMs !== undefined && { holdMs }) };
          const { live, stored } = newestBothWays(hosts, expr, at);
          assert.deepEqual(live, stored, `${expr}, ${backS} s ago, look-back ${holdMs}`);
        }
      }
    }
  });
}

test('what a silent host sent before memory begins is decoded once a minute, and not at all of hosts that send', () => {
  const hosts = cluster();
  for (const host of hosts.hosts) {
    const { metric } = host.seriesByKey('load_one') ?? assert.fail();
    host.add({ ...metric, name: 'cpu_num', tmax: 1200 }, () => 8);
  }
  hosts.byName('a')?.setState('down');
  const readHosts: number[] = [];
  const read: FakeCluster['read'] = (query) => {
    readHosts.push(query.host);
    return hosts.read(query);
  };
  const store = { archives: hosts.archives, read, together: hosts.together };
  const source = new ClusterSource({ hosts, store, nowMs: () => hosts.nowMs() });
  hosts.tick(hosts.second + 180);
  for (let second = 0; second < 60; second += 1) {
    hosts.tick();
    const { value } = evaluateInstant(prepare('sum(cpu_num)'), { source, timeMs: hosts.nowMs() });
    assert.deepEqual(value.type === 'vector' && value.samples[0]?.value, 24);
  }
  assert.deepEqual(new Set(readHosts), new Set([hosts.byName('a')?.number]));
  assert.ok(readHosts.length <= 6, `${readHosts.length} reads`);
});

test('a host that joins, changes or leaves is followed', () => {
  const hosts = cluster();
  const source = sourceOf(hosts);
  const count = () => {
    const { value } = evaluateInstant(prepare('load_one'), { source, timeMs: hosts.nowMs() });
    return value.type === 'vector' ? value.samples.length : -1;
  };
  assert.equal(count(), 3);
  hosts.addHost('d');
  assert.equal(count(), 4);
  hosts.removeHost('a');
  assert.equal(count(), 3);
});

test('a range over the finest archive has the very values that were sampled', () => {
  const hosts = cluster();
  const series = hosts.byName('a')?.seriesByKey('load_one');
  const fromS = START_S - 3600;
  const [a] = range(hosts, 'load_one{host="a"}', { fromS, toS: START_S, stepS: 15 });
  const expected = Array.from({ length: 241 }, (_, step) => series?.history(fromS + step * 15));
  assert.deepEqual([...(a?.values ?? [])], expected);
});

test('an instant query of the past reads the archive', () => {
  const hosts = cluster();
  const atS = START_S - 3600;
  const value = hosts.byName('a')?.seriesByKey('load_one')?.history(atS);
  assert.deepEqual(instant(hosts, 'load_one{host="a"}', atS), [
    `load_one{host="a", rack="r1"} ${value}`,
  ]);
});

test('a year at steps of a day has no gaps', () => {
  const hosts = cluster();
  const times = { fromS: START_S - 365 * DAY_S, toS: START_S, stepS: DAY_S };
  const [a] = range(hosts, 'load_one{host="a"}', times);
  assert.equal(a?.values.length, 366);
});

const plans = [
  { expr: 'load_one', fromS: START_S - 60, stepS: 15, archive: '1s average' },
  { expr: 'load_one', fromS: START_S - 12 * 3600, stepS: 60, archive: '10s average' },
  { expr: 'max(load_one)', fromS: START_S - 7 * DAY_S, stepS: 3600, archive: '5m max' },
  { expr: 'avg_over_time(load_one[7d])', fromS: START_S - 60, stepS: 60, archive: '5m average' },
  { expr: 'min_over_time(load_one[30d])', fromS: START_S - 60, stepS: 60, archive: '1h min' },
  { expr: 'load_one', fromS: START_S - 365 * DAY_S, stepS: DAY_S, archive: '1h average' },
];
for (const { expr, fromS, stepS, archive } of plans) {
  test(`${expr} since ${START_S - fromS} s ago is read from ${archive}`, () => {
    const hosts = cluster();
    const source = sourceOf(hosts);
    const used: string[] = [];
    const spy = {
      plan: source.plan.bind(source),
      series: source.series.bind(source),
      select: (...args: Parameters<ClusterSource['select']>) => {
        used.push(source.plan(...args).archive);
        return source.select(...args);
      },
    };
    evaluateRange(prepare(expr), {
      source: spy,
      startMs: fromS * 1000,
      endMs: START_S * 1000,
      stepMs: stepS * 1000,
    });
    assert.deepEqual(used, [archive]);
  });
}

test('the plan of an instant query of now is to read live values', () => {
  const hosts = cluster();
  const hints = {
    afterMs: hosts.nowMs() - 300_000,
    untilMs: hosts.nowMs(),
    stepMs: 0,
    rangeMs: 0,
    operation: '',
  };
  const plan = sourceOf(hosts).plan([], hints);
  const series = 3 * 14;
  assert.deepEqual(plan, { archive: 'live', series, samples: series, stored: 0, rowSeconds: 1 });
});

test('a counter that is measured every 15 s has the right rate in every second', () => {
  const hosts = cluster();
  const requests = {
    name: 'requests_total',
    type: 'double',
    units: '',
    slope: 'positive',
    tmax: 15,
    dmax: 0,
    group: 'exporter',
    title: '',
    description: '',
    labels: {},
  } as const;
  hosts.byName('a')?.add(requests, (second) => 700 * Math.floor(second / 15));
  for (const expr of ['rate(requests_total[1m])', 'irate(requests_total[1m])']) {
    for (let back = 0; back < 15; back += 1) {
      const [shown = ''] = instant(hosts, expr, hosts.second - back);
      const value = Number(shown.split(' ').at(-1));
      assert.ok(Math.abs(value - 700 / 15) < 0.001, `${expr}, ${back} s ago: ${value}`);
    }
  }
});

test('a counter that stands still has the rate 0 in every second, whatever its interval', () => {
  const hosts = cluster();
  const host = hosts.byName('a') ?? assert.fail();
  const { metric } = host.seriesByKey('load_one') ?? assert.fail();
  for (const [slope, tmax] of [
    ['positive', 15],
    ['unspecified', 5],
  ] as const) {
    host.add({ ...metric, name: 'idle_total', slope, tmax, labels: { slope } }, () => 7);
  }
  for (let back = 0; back < 40; back += 1) {
    const rates = instant(hosts, 'rate(idle_total[1m])', hosts.second - back);
    assert.deepEqual(
      rates.map((one) => one.split(' ').at(-1)),
      ['0', '0'],
      `${back} s ago`,
    );
  }
});

test('a series that has ended goes on for the look-back that the caller gives', () => {
  const hosts = cluster();
  const silentSince = hosts.second - 60;
  const metric = hosts.byName('a')?.seriesByKey('load_one')?.metric ?? assert.fail();
  hosts
    .byName('a')
    ?.add({ ...metric, name: 'ended', tmax: 0 }, (second) =>
      second > silentSince ? Number.NaN : 7,
    );
  const countAt = (options: { holdMs?: number; lookbackMs?: number }) => {
    const timeMs = hosts.second * 1000;
    const { value } = evaluateInstant(prepare('ended'), {
      source: sourceOf(hosts),
      timeMs,
      ...options,
    });
    return value.type === 'vector' ? value.samples.length : -1;
  };
  assert.equal(countAt({}), 0);
  assert.equal(countAt({ holdMs: 300_000, lookbackMs: 300_000 }), 1);
  assert.equal(countAt({ holdMs: 30_000, lookbackMs: 30_000 }), 0);
});

const grids = [
  { name: 'each second', fromS: 300, stepMs: 1000, offset: '' },
  { name: 'each second, between the seconds', fromS: 200.4, stepMs: 1000, offset: '' },
  { name: 'each second, in memory', fromS: 100, stepMs: 1000, offset: '' },
  { name: 'in longer steps, in memory', fromS: 90, stepMs: 15_000, offset: ' offset 3s' },
  { name: 'in longer steps', fromS: 3000, stepMs: 7000, offset: ' offset 3s' },
  { name: 'in parts of a second', fromS: 30, stepMs: 250, offset: '' },
  { name: 'from a coarse archive', fromS: 20 * DAY_S, stepMs: 3_600_000, offset: '' },
];
for (const { name, fromS, stepMs, offset } of grids) {
  test(`rows give what samples give: ${name}`, () => {
    const hosts = cluster();
    const metric = hosts.byName('a')?.seriesByKey('load_one')?.metric ?? assert.fail();
    // Known for 20 of 30 seconds: it ends and comes back.
    hosts
      .byName('b')
      ?.add({ ...metric, name: 'load_one', tmax: 0, labels: { of: 'gaps' } }, (second) =>
        second % 30 < 20 ? second : Number.NaN,
      );
    const source = sourceOf(hosts);
    const ofSamples: SampleSource = {
      plan: (...args) => source.plan(...args),
      select: (...args) => source.select(...args),
      series: (...args) => source.series(...args),
    };
    const endMs = (hosts.second - 2) * 1000;
    for (const expr of [`load_one${offset}`, `sum(load_one${offset})`]) {
      const [rows, samples] = [source, ofSamples].map(
        (one) =>
          evaluateRange(prepare(expr), {
            source: one,
            startMs: endMs - fromS * 1000,
            endMs,
            stepMs,
          }).value,
      );
      assert.deepEqual(rows, samples, expr);
    }
  });
}

test('a long range counts the row under way, with as many points as it has', () => {
  const hosts = cluster();
  const host = hosts.byName('a') ?? assert.fail();
  const { metric } = host.seriesByKey('load_one') ?? assert.fail();
  host.add({ ...metric, name: 'young' }, (second) =>
    second >= START_S && second <= hosts.second ? 7 : Number.NaN,
  );
  hosts.tick(START_S + 41);
  const results = ['avg_over_time', 'count_over_time', 'sum_over_time', 'max_over_time'].map(
    (name) => instant(hosts, `${name}(young[30d])`).map((line) => Number(line.split(' ').at(-1))),
  );
  assert.deepEqual(results, [[7], [42], [7 * 42], [7]]);
  assert.deepEqual(instant(hosts, 'count_over_time(young[30d])', START_S + 15), []);
});

test('seconds that are not in yet have the newest value, without a look into archives, until the series has ended', () => {
  const hosts = cluster();
  let reads = 0;
  const read: FakeCluster['read'] = (query) => {
    reads += 1;
    return hosts.read(query);
  };
  const store = { archives: hosts.archives, read, together: hosts.together };
  const source = new ClusterSource({ hosts, store, nowMs: () => hosts.nowMs() });
  const valuesUntil = (laterS: number, holdMs?: number) => {
    const { value } = evaluateRange(prepare('load_one{host="a"}'), {
      source,
      startMs: (hosts.second - 1) * 1000,
      endMs: (hosts.second + laterS) * 1000,
      stepMs: 1000,
      ...(holdMs !== undefined && { holdMs, lookbackMs: holdMs }),
    });
    return value.type === 'matrix' && [...(value.series[0]?.values ?? [])];
  };
  const [before, newest] = [1, 0].map((backS) =>
    hosts
      .byName('a')
      ?.seriesByKey('load_one')
      ?.history(hosts.second - backS),
  );
  assert.deepEqual(valuesUntil(4), [before, newest, newest, newest, newest, newest]);
  assert.equal(reads, 0);
  assert.deepEqual(valuesUntil(9), [before, newest, newest, newest, newest, newest]);
  assert.deepEqual(valuesUntil(9, 2000), [before, newest, newest]);
});
