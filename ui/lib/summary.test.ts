import assert from 'node:assert/strict';
import test from 'node:test';
import { summarise, totalUnits } from './summary.ts';

test('a rate adds up over the time that each row lasts, unknown rows add nothing', () => {
  const summary = summarise([100, 110, 120, 121], [5, null, 7, 8], 'bytes/sec');
  assert.deepEqual(summary, {
    min: 5,
    mean: 20 / 3,
    p95: 8,
    max: 8,
    sum: 20,
    total: 5 * 10 + 7 * 1 + 8 * 1,
  });
});

test('95 of 100 values lie at or below p95', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  const summary = summarise(
    values.map((_, index) => index),
    values,
    '%',
  )!;
  assert.equal(summary.p95, 95);
  assert.equal(summary.total, null);
});

test('nothing known, and one row', () => {
  assert.equal(summarise([1, 2], [null, null], ''), null);
  assert.equal(summarise([1], [3], 'KB/sec')!.total, 3);
});

test('what rates add up to', () => {
  assert.equal(totalUnits('bytes/sec'), 'bytes');
  assert.equal(totalUnits('packets/s'), 'packets');
  assert.equal(totalUnits('%'), null);
});
