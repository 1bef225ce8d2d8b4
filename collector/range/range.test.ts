import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCluster } from '../http/testing/fake-cluster.ts';
import type { Column } from '../store/sample-store.ts';
import { findChanges } from './changes.ts';
import { chooseRange } from './choose.ts';
import { formatCsv } from './csv.ts';
import { foldColumn } from './fold.ts';
import { kolmogorovSmirnov, median } from './kolmogorov-smirnov.ts';
import { formatSvg } from './svg.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;
const ARCHIVES = [
  { name: '1s', stepSeconds: 1, keepSeconds: 6 * HOUR_S },
  { name: '10s', stepSeconds: 10, keepSeconds: DAY_S },
  { name: '5m', stepSeconds: 300, keepSeconds: 31 * DAY_S },
  { name: '1h', stepSeconds: HOUR_S, keepSeconds: 5 * 365 * DAY_S },
];
const NOW_S = 1_767_225_600;

const choices = [
  { name: 'fewer rows than points', fromS: 60, toS: 0, expected: '1s x 1' },
  { name: 'an hour', fromS: HOUR_S, toS: 0, expected: '1s x 4' },
  { name: 'an hour of yesterday', fromS: 20 * HOUR_S, toS: 19 * HOUR_S, expected: '10s x 1' },
  { name: 'a day', fromS: DAY_S, toS: 0, expected: '10s x 10' },
  { name: 'a month', fromS: 30 * DAY_S, toS: 0, expected: '5m x 10' },
  { name: 'a year', fromS: 365 * DAY_S, toS: 0, expected: '1h x 10' },
  { name: 'longer than anything is kept', fromS: 20 * 365 * DAY_S, toS: 0, expected: '1h x 195' },
  { name: 'many series', fromS: HOUR_S, toS: 0, seriesCount: 1000, expected: '10s x 1' },
  {
    name: 'so many series that no archive is cheap',
    fromS: DAY_S,
    toS: 0,
    seriesCount: 1_000_000,
    expected: '1h x 1',
  },
];
for (const { name, fromS, toS, seriesCount = 1, expected } of choices) {
  test(`${name}: ${expected}`, () => {
    const choice = chooseRange(ARCHIVES, {
      fromMs: (NOW_S - fromS) * 1000,
      toMs: (NOW_S - toS) * 1000,
      nowMs: NOW_S * 1000,
      points: 900,
      seriesCount,
    });
    assert.equal(`${choice.archive.name} x ${choice.width}`, expected);
    assert.equal(choice.startS % choice.stepSeconds, 0);
    assert.ok(choice.startS <= NOW_S - fromS && choice.endS >= NOW_S - toS);
  });
}

function column(rows: readonly (readonly [average: number, count: number])[]): Column {
  const average = Float64Array.from(rows, ([value]) => value);
  return {
    average,
    min: average.map((value) => value - 1),
    max: average.map((value) => value + 1),
    count: Float64Array.from(rows, ([, count]) => count),
  };
}

const U = Number.NaN;
const folds = [
  {
    name: 'averages are weighted by the samples behind them',
    rows: [
      [10, 1],
      [20, 3],
    ],
    expected: { average: [17.5], min: [9], max: [21], count: [4] },
  },
  {
    name: 'unknown rows do not count',
    rows: [
      [U, 0],
      [8, 2],
    ],
    expected: { average: [8], min: [7], max: [9], count: [2] },
  },
  {
    name: 'all unknown stays unknown',
    rows: [
      [U, 0],
      [U, 0],
    ],
    expected: { average: [U], min: [U], max: [U], count: [0] },
  },
  {
    name: 'a last group of fewer rows',
    rows: [
      [1, 1],
      [3, 1],
      [5, 1],
    ],
    expected: { average: [2, 5], min: [0, 4], max: [4, 6], count: [2, 1] },
  },
] as const;
for (const { name, rows, expected } of folds) {
  test(`folding by two: ${name}`, () => {
    const folded = foldColumn(column(rows), 2);
    const got = {
      average: [...folded.average],
      min: [...folded.min],
      max: [...folded.max],
      count: [...folded.count],
    };
    assert.deepEqual(got, expected);
  });
}

const HOSTILE = [
  { title: '=HYPERLINK("x")', csv: /^time,"'=HYPERLINK\(""x""\)"\r/ },
  { title: 'a,"b"\nc', csv: /^time,"a,""b""\nc"\r/ },
  { title: '<script>alert(1)</script>&\u0007', csv: /^time,<script>/ },
];
for (const { title, csv } of HOSTILE) {
  test(`a name such as ${JSON.stringify(title)} stays text`, () => {
    const table = {
      startS: 0,
      stepSeconds: 1,
      units: '%',
      columns: [{ title, values: [1, null] }],
    };
    assert.match(formatCsv(table), csv);
    assert.doesNotMatch(formatSvg(table), /<script|HYPERLINK\("/);
  });
}

test('a gap interrupts the line of a picture', () => {
  const values = [1, 2, null, 3, 4];
  const svg = formatSvg({
    startS: 0,
    stepSeconds: 1,
    units: '',
    columns: [{ title: 'x', values }],
  });
  assert.equal(/<path d="([^"]+)"/.exec(svg)?.[1]?.match(/M/g)?.length, 2);
});

test('a picture of nothing but unknown values is drawn', () => {
  const columns = [{ title: 'x', values: [null, null] }];
  assert.doesNotMatch(formatSvg({ startS: 0, stepSeconds: 1, units: '', columns }), /NaN|Infinity/);
});

const distances = [
  { a: [1, 2, 3], b: [1, 2, 3], distance: 0 },
  { a: [1, 2, 3], b: [4, 5, 6], distance: 1 },
  { a: [1, 2, 3, 4], b: [3, 4, 5, 6], distance: 0.5 },
  { a: [5], b: [5, 5, 5], distance: 0 },
  { a: [1, 1, 2], b: [1, 2, 2], distance: 1 / 3 },
];
for (const { a, b, distance } of distances) {
  test(`the distance of ${a} and ${b} is ${distance.toFixed(2)}, either way round`, () => {
    const [first, second] = [Float64Array.from(a), Float64Array.from(b)];
    assert.ok(Math.abs(kolmogorovSmirnov(first, second) - distance) < 1e-12);
    assert.ok(Math.abs(kolmogorovSmirnov(second, first) - distance) < 1e-12);
  });
}

test('the median', () => {
  assert.equal(median(Float64Array.of(1, 2, 9)), 2);
  assert.equal(median(Float64Array.of(1, 2, 4, 9)), 3);
  assert.ok(Number.isNaN(median(new Float64Array())));
});

test('the series that changed in a window is found, with what it was and became', () => {
  const cluster = new FakeCluster(NOW_S);
  const host = cluster.addHost('a');
  const like = host.seriesByKey('load_one') ?? assert.fail();
  const name = 'fan_speed';
  host.add({ ...like.metric, name }, (second) => (second >= NOW_S - 60 ? 900 : 4000));
  const source = {
    hosts: cluster,
    store: cluster,
    nowMs: () => NOW_S * 1000,
    checkWanted: () => {},
  };
  const window = { fromMs: (NOW_S - 60) * 1000, toMs: NOW_S * 1000, limit: 10 };
  const { changes, archive } = findChanges({ host: 'a', ...window }, source);
  assert.deepEqual([archive, changes.length], ['1s', 10]);
  const fan = changes.find(({ metric }) => metric === name) ?? assert.fail();
  assert.deepEqual([fan.distance, fan.medianBefore, fan.medianWithin], [1, 4000, 900]);
  const order = changes.map(({ distance }) => distance);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => b - a),
  );
  assert.ok(findChanges({ host: '', ...window }, source).changes.length > 0);
  assert.throws(() => findChanges({ host: 'b', ...window }, source), { code: 'host-unknown' });
});
