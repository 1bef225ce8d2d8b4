import assert from 'node:assert/strict';
import test from 'node:test';
import { unlikeness } from './outliers.ts';

function row(...values: number[]): Float32Array {
  return new Float32Array(values);
}

test('the row that leaves the pack scores highest, whichever way it goes', () => {
  const scores = unlikeness([
    row(1, 1, 1),
    row(1.1, 1, 1),
    row(9, 9, 9),
    row(1, 1.1, 1),
    row(-3, 1, 1),
  ]);
  assert.equal(scores.indexOf(Math.max(...scores)), 2);
  assert.ok(scores[4]! > scores[0]!);
});

test('unknown values and empty input score nothing', () => {
  assert.deepEqual(unlikeness([]), []);
  assert.deepEqual(unlikeness([row(Number.NaN), row(Number.NaN)]), [0, 0]);
  const scores = unlikeness([row(Number.NaN, 5), row(1, 5), row(1, 5)]);
  assert.equal(scores[0], 0);
});
