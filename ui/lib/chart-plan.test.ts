import assert from 'node:assert/strict';
import test from 'node:test';
import type { SeriesInfo } from '../../wire/http.ts';
import { seriesKey } from '../../wire/metric.ts';
import { planCharts, searchText } from './chart-plan.ts';

function series(metric: string, more: Partial<SeriesInfo> = {}): SeriesInfo {
  const labels = more.labels ?? {};
  return {
    key: seriesKey(metric, labels),
    metric,
    type: 'float',
    units: '',
    slope: 'both',
    tmax: 20,
    dmax: 0,
    group: 'core',
    title: '',
    description: '',
    value: 1,
    timeMs: 0,
    ...more,
    labels,
  };
}

/** `Title [kind units]: line, line` per chart: what a reader checks. */
function text(catalogue: readonly SeriesInfo[]): string[] {
  return planCharts(catalogue).flatMap((group) =>
    group.charts.map((chart) => {
      const lines = chart.lines.map((line) => (line.isCeiling ? `(${line.name})` : line.name));
      const more = chart.omitted > 0 ? ` +${chart.omitted}` : '';
      return `${group.name} / ${chart.title} [${chart.measure === 'values' ? chart.kind : chart.measure} ${chart.units}]: ${lines.join(', ')}${more}`;
    }),
  );
}

function devices(metric: string, count: number): SeriesInfo[] {
  return Array.from({ length: count }, (_, index) =>
    series(metric, { labels: { device: `sd${index}` }, value: index, units: 'bytes/sec' }),
  );
}

const cases: readonly [
  name: string,
  catalogue: readonly SeriesInfo[],
  charts: readonly string[],
][] = [
  ['nothing', [], []],
  [
    'processor time is one stack without idle',
    ['cpu_system', 'cpu_idle', 'cpu_user', 'cpu_aidle'].map((name) =>
      series(name, { units: '%', group: 'cpu' }),
    ),
    ['cpu / CPU time [stack %]: user, system'],
  ],
  [
    'idle alone is a chart',
    [series('cpu_idle', { units: '%', group: 'cpu', title: 'CPU idle' })],
    ['cpu / CPU idle [lines %]: cpu_idle'],
  ],
  [
    'directions and averages share a chart, units keep apart',
    [
      series('bytes_in', { units: 'bytes/sec' }),
      series('bytes_out', { units: 'bytes/sec' }),
      series('pkts_in', { units: 'packets/sec' }),
      series('load_one'),
      series('load_fifteen'),
    ],
    [
      'core / Network traffic [lines bytes/sec]: in, out',
      'core / Packets in [lines packets/sec]: pkts_in',
      'core / Load [lines ]: one, fifteen',
    ],
  ],
  [
    'capacity is a ceiling, a constant alone is no chart, text is no chart',
    [
      series('mem_free', { units: 'KB' }),
      series('mem_total', { units: 'KB', slope: 'zero' }),
      series('cpu_num', { slope: 'zero' }),
      series('os_name', { type: 'string' }),
    ],
    ['core / Memory [lines KB]: free, (total)'],
  ],
  [
    'few devices: directions together',
    [...devices('disk_read_bytes', 2), ...devices('disk_write_bytes', 2)],
    ['core / Disk bytes [lines bytes/sec]: read sd0, write sd0, read sd1, write sd1'],
  ],
  [
    'many devices: a chart for each direction, the largest lines first',
    [...devices('disk_read_bytes', 14), ...devices('disk_write_bytes', 14)],
    ['read', 'write'].map(
      (way) =>
        `core / Disk ${way} bytes [lines bytes/sec]: ${Array.from({ length: 12 }, (_, index) => `sd${13 - index}`).join(', ')} +2`,
    ),
  ],
  [
    'counters are rates, labels that all lines share are not said',
    ['200', '500'].flatMap((code) =>
      ['in', 'out'].map((way) =>
        series(`http_${way}_total`, {
          slope: 'positive',
          labels: { code, job: 'web', instance: 'a:80' },
          units: 'bytes',
        }),
      ),
    ),
    ['core / Http [rates bytes/s]: in total 200, out total 200, in total 500, out total 500'],
  ],
  [
    'what merely never falls stays as it is, and keeps the labels of its only line',
    [
      series('uptime', { slope: 'positive', units: 's' }),
      series('runs', { labels: { job: 'x', instance: 'a:1', name: 'cron' } }),
    ],
    ['core / Uptime [lines s]: uptime', 'core / Runs [lines ]: cron'],
  ],
  [
    'a histogram is three quantiles, its counters are rates',
    [
      ...['0.1', '1', '+Inf'].map((le) =>
        series('rpc_seconds_bucket', { slope: 'positive', labels: { le, method: 'get' } }),
      ),
      series('rpc_seconds_count', { slope: 'positive', labels: { method: 'get' } }),
    ],
    ['core / rpc_seconds [quantiles s]: p50, p95, p99', 'core / Rpc seconds count [rates /s]: get'],
  ],
  [
    'names that every object inherits are names',
    ['constructor', '__proto__', 'toString'].map((name) =>
      series(name, { group: 'valueOf', labels: { constructor: 'x', hasOwnProperty: 'y' } }),
    ),
    [
      'valueOf / Constructor [lines ]: x y',
      'valueOf /   proto   [lines ]: x y',
      'valueOf / ToString [lines ]: x y',
    ],
  ],
  [
    'groups in the usual order, unknown ones after, without a name last by name',
    [
      series('z', { group: 'zoo' }),
      series('x', { group: '' }),
      series('b', { group: 'network' }),
      series('a', { group: 'cpu' }),
    ],
    [
      'cpu / A [lines ]: a',
      'network / B [lines ]: b',
      'other / X [lines ]: x',
      'zoo / Z [lines ]: z',
    ],
  ],
];
for (const [name, catalogue, charts] of cases) {
  test(name, () => assert.deepEqual(text(catalogue), charts));
}

test('identifiers are unique and fit a URL fragment, whatever the network calls its metrics', () => {
  const groups = planCharts([
    series('a', { labels: { '"><img>': 'x' } }),
    series('a', { labels: { other: 'x' } }),
    series('a'),
  ]);
  const ids = groups.flatMap((group) => group.charts.map((chart) => chart.id));
  assert.equal(new Set(ids).size, 3);
  for (const id of ids) assert.match(id, /^[\w-]+$/);
});

test('a series is found by its group, name, label, title and the title of its chart', () => {
  const one = series('bytes_in', { group: 'net', title: 'Received', labels: { device: 'eth0' } });
  const text = searchText(one).toLowerCase();
  for (const word of ['net', 'bytes_in', 'device="eth0"', 'received', 'network traffic'])
    assert.ok(text.includes(word), word);
});
