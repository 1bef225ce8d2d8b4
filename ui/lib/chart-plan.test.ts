import assert from 'node:assert/strict';
import test from 'node:test';
import type { SeriesInfo } from '../../wire/http.ts';
import { seriesKey } from '../../wire/metric.ts';
import { planCharts } from './chart-plan.ts';

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
      return `${group.name} / ${chart.title} [${chart.kind} ${chart.units}]: ${lines.join(', ')}${more}`;
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
