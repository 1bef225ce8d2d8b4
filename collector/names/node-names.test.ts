import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MetricInfo } from '../../wire/http.ts';
import type { Labels, Slope } from '../../wire/metric.ts';
import { FakeCluster, type FakeHost } from '../http/testing/fake-cluster.ts';
import { evaluateInstant, evaluateRange, prepare } from '../query/engine.ts';
import { parseSyntax } from '../query/parse.ts';
import type { SampleSource, SelectHints } from '../query/source.ts';
import { ClusterSource } from '../query-source/cluster-source.ts';
import { nativeMetadata, nodeMetadata } from './metadata.ts';
import { NODE_METRICS } from './node-exporter.ts';
import { NodeNames } from './node-names.ts';

const NOW_S = 1_767_225_600;
const DISK = { device: 'nvme0n1' };

type ValueAt = (second: number) => number;

function addSeries(host: FakeHost, name: string, valueAt: ValueAt, labels: Labels = {}): void {
  const like = host.seriesByKey('load_one') ?? assert.fail();
  host.add({ ...like.metric, name, labels }, valueAt);
}

/** Two hosts, whose one has everything that the agent measures. */
function cluster(): FakeCluster {
  const hosts = new FakeCluster(NOW_S);
  hosts.addHost('b', { rack: 'r2' });
  const host = hosts.addHost('a', { rack: 'r1' });
  const values: readonly [name: string, value: number | ValueAt, labels?: Labels][] = [
    ['cpu_nice', 2],
    ['cpu_wio', 10],
    ['cpu_intr', 1],
    ['cpu_sintr', 2],
    ['cpu_steal', 0],
    ['cpu_busy', 50, { cpu: '0' }],
    ['cpu_busy', 25, { cpu: '1' }],
    ['boottime', NOW_S - 1000],
    ['uptime', (second) => second - NOW_S + 1000],
    ['net_bytes_in', (second) => 1000 + (second % 7), { device: 'eth0' }],
    ['net_speed', 1000, { device: 'eth0' }],
    ['fs_total', 100, { mount: '/' }],
    ['fs_used', 30, { mount: '/' }],
    ['fs_free', 65, { mount: '/' }],
    ['disk_reads', 20, DISK],
    ['disk_read_await', 5, DISK],
    ['pressure_io', 12.5],
    ['mem_slab', 300],
    ['mem_sreclaimable', 100],
    ['page_in', (second) => (second % 60 < 30 ? 4 : Number.NaN)],
    ['silent', 1],
    ['source_success', 1, { source: 'cpu' }],
  ];
  for (const [name, value, labels] of values) {
    addSeries(host, name, typeof value === 'number' ? () => value : value, labels);
  }
  return hosts;
}

function nativesOf(hosts: FakeCluster): ClusterSource {
  return new ClusterSource({ hosts, store: hosts, nowMs: () => hosts.nowMs() });
}

function sourceOf(hosts: FakeCluster): NodeNames {
  return new NodeNames(nativesOf(hosts), hosts);
}

/** The result of an instant query as `labels value` lines. */
function instant(expr: string, source: SampleSource = sourceOf(cluster())): string[] {
  const { value } = evaluateInstant(prepare(expr), { source, timeMs: NOW_S * 1000 });
  if (value.type !== 'vector') throw new Error(`${expr} is no vector`);
  return value.samples.map((one) => `${one.labels} ${Number(one.value.toPrecision(9))}`).sort();
}

const HINTS: SelectHints = {
  afterMs: (NOW_S - 300) * 1000,
  untilMs: NOW_S * 1000,
  stepMs: 0,
  rangeMs: 0,
  operation: '',
};

function selector(text: string) {
  const expr = parseSyntax(text);
  if (expr.kind !== 'selector') throw new Error(`${text} is no selector`);
  return expr;
}

const A = 'host="a", instance="a", job="node"';
const answers: readonly [expr: string, ...lines: string[]][] = [
  ['node_load1{host="a"} - on (host) load_one', '{host="a"} 0'],
  ['node_memory_MemTotal_bytes{instance="b"} / on (host) mem_total', '{host="b"} 1024'],
  ['node_time_seconds', `node_time_seconds{${A}, rack="r1"} ${NOW_S}`],
  ['node_time_seconds - node_boot_time_seconds', `{${A}, rack="r1"} 1000`],
  [
    'node_filesystem_size_bytes{mountpoint="/",fstype!=""}',
    `node_filesystem_size_bytes{fstype="local", ${A}, mountpoint="/", rack="r1"} 100000000000`,
  ],
  ['sum(node_filesystem_free_bytes - node_filesystem_avail_bytes)', '{} 5000000000'],
  ['sum(node_filesystem_free_bytes)', '{} 70000000000'],
  ['node_memory_SUnreclaim_bytes', `node_memory_SUnreclaim_bytes{${A}, rack="r1"} 204800`],
  [
    'node_network_speed_bytes',
    `node_network_speed_bytes{device="eth0", ${A}, rack="r1"} 125000000`,
  ],
  [
    'node_scrape_collector_success',
    `node_scrape_collector_success{collector="cpu", ${A}, rack="r1"} 1`,
  ],
  ['rate(node_disk_read_time_seconds_total[1m])', `{device="nvme0n1", ${A}, rack="r1"} 0.1`],
  ['rate(node_pressure_io_waiting_seconds_total[1m])', `{${A}, rack="r1"} 0.125`],
  [
    'sum by (cpu) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[1m]))',
    '{cpu="0"} 0.5',
    '{cpu="1"} 0.75',
  ],
  ['count(count by (cpu) (node_cpu_seconds_total))', '{} 2'],
  [
    'count by (mode) (node_cpu_seconds_total{cpu="1",mode!~"idle|iowait|nice"})',
    '{mode="irq"} 1',
    '{mode="softirq"} 1',
    '{mode="steal"} 1',
    '{mode="system"} 1',
    '{mode="user"} 1',
  ],
  ['up', 'up{host="a", rack="r1"} 1', 'up{host="b", rack="r2"} 1'],
  ['up{job="node",instance="a"}', `up{${A}, rack="r1"} 1`],
  ['count by (nodename) (node_uname_info{nodename=~"a|c"})', '{nodename="a"} 1'],
  ['node_uname_info{nodename="nobody"}'],
  ['node_load1{job="other"}'],
  ['node_filesystem_size_bytes{mount="/"}'],
  ['node_nothing'],
];
for (const [expr, ...lines] of answers) {
  test(`${expr} gives ${lines.length} series`, () => {
    assert.deepEqual(instant(expr), lines);
  });
}

/** Host `a` runs a node_exporter, whose series its agent reads. */
function scraped(): FakeCluster {
  const hosts = cluster();
  const host = hosts.byName('a') ?? assert.fail();
  addSeries(host, 'node_load1', () => 7, { instance: 'a:9100', job: 'node' });
  return hosts;
}

const besides: readonly [expr: string, ...lines: string[]][] = [
  ['count by (instance) (node_load1)', '{instance="a:9100"} 1', '{instance="b"} 1'],
  ['sum(node_load1{host="a"})', '{} 7'],
  ['count by (instance) (node_load1{job="node"})', '{instance="a:9100"} 1', '{instance="b"} 1'],
  ['count(node_load1{instance="a"} or rate(node_load1{instance="a"}[1m]))'],
  ['count by (instance) (node_load1{instance=~"a|b"})', '{instance="b"} 1'],
  ['count by (instance) (node_load1{instance!="a:9100"})', '{instance="b"} 1'],
  ['count by (instance) ({job="node",__name__=~"node_load.+",instance="a"})', '{instance="a"} 1'],
  ['count(up{instance="a"})', '{} 1'],
  ['sum(max_over_time(node_load1{host="a"}[1m]))', '{} 7'],
  ['count by (instance) (node_load5{host="a"})', '{instance="a"} 1'],
  ['count(up)', '{} 2'],
];
for (const [expr, ...lines] of besides) {
  test(`beside a node_exporter on one host ${expr} gives ${lines.join()}`, () => {
    assert.deepEqual(instant(expr, sourceOf(scraped())), lines);
  });
}

test('the listing leaves out what a host has stored', () => {
  const range = { startMs: (NOW_S - 60) * 1000, endMs: NOW_S * 1000 };
  const found = sourceOf(scraped()).series(selector('{__name__=~"node_load.*"}').matchers, range);
  const listed = found.map((labels) => `${labels.get('__name__')} ${labels.get('instance')}`);
  assert.deepEqual(listed.sort(), [
    'node_load1 a:9100',
    'node_load1 b',
    'node_load5 a',
    'node_load5 b',
  ]);
});

test('a listing of a derived name finds what the whole listing has', () => {
  const range = { startMs: (NOW_S - 60) * 1000, endMs: NOW_S * 1000 };
  const find = (text: string) => sourceOf(scraped()).series(selector(text).matchers, range);
  assert.deepEqual(find('node_load1{instance="a"}'), []);
  const instances = (text: string) => find(text).map((labels) => labels.get('instance'));
  assert.deepEqual(instances('node_load5{instance="a"}'), ['a']);
  assert.deepEqual(instances('up{host="a"}'), ['', 'a']);
});

test('where a node_exporter has gone the derived series are found again', () => {
  const hosts = cluster();
  const host = hosts.byName('a') ?? assert.fail();
  const labels = { instance: 'a:9100', job: 'node' };
  addSeries(host, 'node_load1', (second) => (second < NOW_S - 600 ? 7 : Number.NaN), labels);
  const expr = 'count by (instance) (node_load1{host="a"})';
  assert.deepEqual(instant(expr, sourceOf(hosts)), ['{instance="a"} 1']);
});

test('every native metric of the table is one that docs/metrics.md lists', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const listed = new Set([
    'up',
    ...Array.from(text.matchAll(/^\| `(\w+)` \|/gm), ([, name]) => name),
  ]);
  const unknown = NODE_METRICS.flatMap(({ from, beside }) => [from, ...beside]).filter(
    (name) => !listed.has(name),
  );
  assert.deepEqual(unknown, []);
});

/** Values of the only series of a range query, step by step. */
function range(expr: string, { seconds, stepS }: { seconds: number; stepS: number }): number[] {
  const { value } = evaluateRange(prepare(expr), {
    source: sourceOf(cluster()),
    startMs: (NOW_S - seconds) * 1000,
    endMs: NOW_S * 1000,
    stepMs: stepS * 1000,
  });
  if (value.type !== 'matrix') throw new Error(`${expr} is no matrix`);
  assert.equal(value.series.length, 1);
  return [...(value.series[0]?.values ?? [])];
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

const rates = [
  { name: 'irate', expr: 'irate(node_network_receive_bytes_total[5s])', is: 'net_bytes_in' },
  {
    name: 'irate of a long range',
    expr: 'irate(node_network_receive_bytes_total[5h])',
    is: 'net_bytes_in',
  },
  {
    name: 'rate over whole periods',
    expr: 'rate(node_network_receive_bytes_total[71s])',
    is: 'avg_over_time(net_bytes_in[70s])',
  },
  {
    name: 'increase',
    expr: 'increase(node_network_receive_bytes_total[71s])',
    is: '71 * avg_over_time(net_bytes_in[70s])',
  },
  {
    name: 'the slope of a plain graph',
    expr: 'idelta(node_network_receive_bytes_total[5s])',
    is: 'net_bytes_in',
  },
  { name: 'resets', expr: 'resets(node_vmstat_pgpgin[5m])', is: '0 * boottime{host="a"}' },
  {
    name: 'unknown seconds add nothing',
    expr: 'max_over_time(node_vmstat_pgpgin[1m]) - min_over_time(node_vmstat_pgpgin[1m])',
    is: '4 * (count_over_time(page_in[1m]) - 1)',
  },
];
for (const { name, expr, is } of rates) {
  test(`${name}: ${expr} is ${is}`, () => {
    const times = { seconds: 300, stepS: 1 };
    const derived = range(expr, times);
    const stored = range(is, times);
    assert.equal(derived.length, stored.length);
    for (const [index, value] of derived.entries()) {
      assert.ok(near(value, stored[index] ?? Number.NaN), `${index}: ${value}, ${stored[index]}`);
    }
  });
}

test('the rate of a week is read from a coarse archive and near the mean', () => {
  const [rate] = instant('rate(node_network_receive_bytes_total[7d])');
  assert.match(rate ?? '', /} 100[23]\.?\d*$/);
  const hints = { ...HINTS, afterMs: (NOW_S - 7 * 86_400) * 1000, rangeMs: 7 * 86_400_000 };
  const { matchers } = selector('node_network_receive_bytes_total');
  const plan = sourceOf(cluster()).plan(matchers, { ...hints, operation: 'rate' });
  assert.equal(plan.archive, '5m average');
});

test('a counter ends with its host, and is found again when it is back', () => {
  const values = range('count_values by () ("v", node_vmstat_pgpgin * 0)', {
    seconds: 59,
    stepS: 1,
  });
  // Known in 30 of 60 seconds, and for as long as a series may be silent.
  assert.equal(values.length, 34);
});

/** Notes what the native source is asked for. */
class Spy implements SampleSource {
  readonly asked: string[] = [];
  readonly #source = nativesOf(cluster());

  plan(...args: Parameters<SampleSource['plan']>) {
    this.asked.push(`plan ${args[0].join()}`);
    return this.#source.plan(...args);
  }

  select(...args: Parameters<SampleSource['select']>) {
    this.asked.push(`select ${args[0].join()}`);
    return this.#source.select(...args);
  }

  series(...args: Parameters<SampleSource['series']>) {
    return this.#source.series(...args);
  }
}

const natives = ['load_one', 'up', '{host="a"}', '{__name__=~".+"}', '{__name__=~"load_.*"}'];
for (const text of natives) {
  test(`${text} costs what it costs without other names`, () => {
    const spy = new Spy();
    const { matchers } = selector(text);
    const derived = new NodeNames(spy, cluster()).select(matchers, HINTS);
    assert.deepEqual(spy.asked, [`select ${matchers.join()}`]);
    assert.equal(derived.length, nativesOf(cluster()).select(matchers, HINTS).length);
  });
}

test('what several derived metrics need is read once', () => {
  const spy = new Spy();
  new NodeNames(spy, cluster()).select(selector('node_cpu_seconds_total').matchers, HINTS);
  assert.equal(new Set(spy.asked).size, spy.asked.length);
});

const listings = [
  { text: '{__name__=~"node_load.*"}', names: ['node_load1', 'node_load5'] },
  { text: '{__name__=~"node_.*",mode="idle"}', names: ['node_cpu_seconds_total'] },
  { text: '{job="node",device="eth0",__name__!~".*_total"}', names: ['node_network_speed_bytes'] },
  { text: '{__name__=~"load_one|node_load1"}', names: ['load_one', 'node_load1'] },
];
for (const { text, names } of listings) {
  test(`the listing of ${text} has ${names.join()}`, () => {
    const range = { startMs: (NOW_S - 60) * 1000, endMs: NOW_S * 1000 };
    const found = sourceOf(cluster()).series(selector(text).matchers, range);
    const listed = new Set(found.map((labels) => labels.get('__name__')));
    assert.deepEqual([...listed].sort(), names);
  });
}

test('metadata tells of derived metrics whose native ones are there', () => {
  const help = 'One minute load average';
  const metadata = nodeMetadata({ load_one: [{ type: 'gauge', help, unit: '' }] });
  assert.deepEqual(Object.keys(metadata).sort(), [
    'node_load1',
    'node_os_info',
    'node_uname_info',
    'up',
  ]);
  assert.deepEqual(metadata['node_load1'], [{ type: 'gauge', help, unit: '' }]);
});

const infoOf = (name: string, slope: Slope, description = ''): MetricInfo => ({
  name,
  slope,
  description,
  type: 'double',
  units: '',
  group: 'g',
  title: 'T',
  hostCount: 1,
  labelNames: [],
});

test('metadata tells types as Prometheus does: counters, families of histograms and summaries', () => {
  const metrics = [
    infoOf('a_total', 'positive', 'help'),
    infoOf('b', 'both'),
    infoOf('c', 'unspecified'),
    infoOf('d', 'both'),
    infoOf('d_count', 'positive'),
    infoOf('d_sum', 'positive'),
    infoOf('e_bucket', 'positive', 'help'),
    infoOf('e_count', 'positive', 'help'),
    infoOf('e_sum', 'positive', 'help'),
    infoOf('f_count', 'positive'),
  ];
  const told = Object.entries(nativeMetadata(metrics)).map(
    ([name, [first]]) => `${name} ${first?.type} ${first?.help}`,
  );
  assert.deepEqual(told, [
    'a_total counter help',
    'b gauge T',
    'c unknown T',
    'd summary ',
    'e histogram help',
    'f_count counter T',
  ]);
});
