import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LagHistogram } from './lag-histogram.ts';

test('lags are counted up to and with the limit of their bucket; what is early counts as not late', () => {
  const lag = new LagHistogram();
  for (const ms of [-3, 2, 3, 1000, 7000]) lag.add(ms);
  const { bounds, counts, sum } = lag.histogram;
  const counted = Object.fromEntries(
    counts
      .map((count, index) => [bounds[index] ?? 'more', count] as const)
      .filter(([, n]) => n > 0),
  );
  assert.deepEqual(counted, { 0.002: 2, 0.005: 1, 1: 1, more: 1 });
  assert.equal(sum, 8.005);
});
