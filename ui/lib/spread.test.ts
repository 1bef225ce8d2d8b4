import assert from 'node:assert/strict';
import test from 'node:test';
import { histogram, mean } from './spread.ts';

test('every known value is in one bin, the largest in the last', () => {
  assert.deepEqual(histogram([0, 1, 5, 9, 10, Number.NaN], 2), [
    { from: 0, to: 5, count: 2 },
    { from: 5, to: 10, count: 3 },
  ]);
});

test('nothing known, and all alike', () => {
  assert.deepEqual(histogram([Number.NaN], 5), []);
  assert.deepEqual(histogram([3, 3], 5), [{ from: 3, to: 3, count: 2 }]);
});

test('the mean leaves unknown values out', () => {
  assert.equal(mean([1, null, 3]), 2);
  assert.equal(mean([null]), null);
  assert.equal(mean([]), null);
});
