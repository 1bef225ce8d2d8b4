import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCluster } from '../http/testing/fake-cluster.ts';
import type { ArchiveInfo, RangeQuery } from '../store/sample-store.ts';
import type { Rows } from './rows.ts';
import { SPAN_ROWS } from './span-cache.ts';
import { ValueReader } from './value-reader.ts';

const NOW_S = 1_767_225_600;
const MINUTE_S = 60;

/** A reader over one made-up host, with a note of what it decodes. */
function start() {
  const cluster = new FakeCluster(NOW_S);
  const host = cluster.addHost('a');
  const decoded: RangeQuery[] = [];
  const clock = { nowMs: NOW_S * 1000, lateValues: 0 };
  const store = {
    read(query: RangeQuery) {
      decoded.push(query);
      return cluster.read(query);
    },
    together: <T>(run: () => T) => run(),
  };
  const reader = new ValueReader({
    store,
    nowMs: () => clock.nowMs,
    newestSecond: () => cluster.second,
    lateValues: () => clock.lateValues,
  });
  const load = host.seriesByKey('load_one') ?? assert.fail();
  const [finest] = cluster.archives as [ArchiveInfo];
  const read = (fromS: number, toS: number, archive = finest) => {
    const found: Rows[] = [];
    reader.read({ series: [load], archive, field: 'average', fromS, toS }, (rows) =>
      found.push({ ...rows, values: rows.values.slice() }),
    );
    return found[0] ?? assert.fail();
  };
  return { cluster, read, decoded, clock, load };
}

const ranges = [
  { name: 'the newest minutes', fromS: NOW_S - 5 * MINUTE_S, toS: NOW_S },
  { name: 'within one span', fromS: NOW_S - 1000, toS: NOW_S - 990 },
  { name: 'over several spans', fromS: NOW_S - 20 * MINUTE_S - 7, toS: NOW_S - 3 },
  { name: 'one row', fromS: NOW_S - 1, toS: NOW_S },
];
for (const { name, fromS, toS } of ranges) {
  test(`values are those of the archive, the first time and again: ${name}`, () => {
    const { read, load } = start();
    const expected = Array.from({ length: toS - fromS }, (_, row) => load.history(fromS + row));
    for (let turn = 0; turn < 2; turn += 1) {
      const { startS, values } = read(fromS, toS);
      assert.equal(startS, fromS);
      assert.deepEqual([...values], expected);
    }
  });
}

test('what was decoded is not decoded again; the newest minutes come from memory', () => {
  const { read, decoded } = start();
  read(NOW_S - 30 * MINUTE_S, NOW_S);
  const first = decoded.length;
  read(NOW_S - 30 * MINUTE_S, NOW_S);
  assert.deepEqual(
    [first, decoded.length],
    [2, 2],
    'the spans before memory at once, and the one that ends in it',
  );
});

test('a second later nothing is decoded, until the next span begins', () => {
  const { read, decoded } = start();
  const spanS = NOW_S - (NOW_S % SPAN_ROWS) - 4 * SPAN_ROWS;
  for (let later = 1; later < SPAN_ROWS; later += 1) read(spanS, spanS + later);
  assert.equal(decoded.length, 1);
});

test('seconds that memory does not have come from the archive', () => {
  const { read, decoded, load } = start();
  load.at = (second) => (second === NOW_S - 5 ? Number.NaN : load.history(second));
  const { values } = read(NOW_S - 10, NOW_S);
  assert.equal(decoded.length, 1);
  assert.equal(values[5], load.history(NOW_S - 5));
});

test('a gap that an agent fills later is seen within seconds', () => {
  const { read, decoded, clock } = start();
  const recent = [NOW_S - 11 * MINUTE_S, NOW_S - 10 * MINUTE_S] as const;
  const old = [NOW_S - 120 * MINUTE_S, NOW_S - 119 * MINUTE_S] as const;
  read(...recent);
  read(...old);
  const first = decoded.length;
  clock.nowMs += 11_000;
  read(...old);
  read(...recent);
  assert.equal(decoded.length, first, 'nothing has come');
  clock.lateValues += 1;
  read(...old);
  assert.equal(decoded.length, first, 'agents keep a quarter of an hour');
  read(...recent);
  assert.ok(decoded.length > first);
});

test('spans of which nothing is kept are decoded many at once, what is kept is not decoded again', () => {
  const { cluster, read, decoded } = start();
  const archive = cluster.archives.find(({ stepSeconds }) => stepSeconds === 300) ?? assert.fail();
  const spanS = SPAN_ROWS * archive.stepSeconds;
  const endS = Math.floor(NOW_S / spanS) * spanS;
  const spans = (query: RangeQuery) => (query.toS - query.fromS) / spanS;
  const whole = read(endS - 20 * spanS, endS, archive);
  assert.deepEqual(decoded.splice(0).map(spans), [16, 4]);
  assert.deepEqual(read(endS - 20 * spanS, endS, archive), whole);
  assert.deepEqual(decoded, []);
  const later = read(endS - 22 * spanS + 7 * 300, endS - spanS - 300, archive);
  assert.deepEqual(decoded.map(spans), [2]);
  assert.deepEqual(later.values.slice(2 * SPAN_ROWS - 7), whole.values.slice(0, -SPAN_ROWS - 1));
  assert.deepEqual(
    later.values,
    start().read(endS - 22 * spanS + 7 * 300, endS - spanS - 300, archive).values,
  );
});

test('coarse archives begin at their own rows', () => {
  const { read, cluster } = start();
  const { startS, stepSeconds, values } = read(NOW_S - 95, NOW_S - 5, cluster.archives[1]);
  assert.deepEqual([startS, stepSeconds, values.length], [NOW_S - 100, 10, 10]);
});
