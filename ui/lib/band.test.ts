import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandOf } from './band.ts';

const FIELDS = ['p5', 'p50', 'p95', 'max'] as const;

const CASES: readonly (readonly [
  name: string,
  values: readonly (number | null)[],
  band: readonly (number | null)[],
])[] = [
  ['nothing known', [null, Number.NaN], [null, null, null, null]],
  ['one value', [3], [3, 3, 3, 3]],
  ['between two ranks', [0, 10], [0.5, 5, 9.5, 10]],
  ['unknown ones left out', [null, 4, Number.NaN, 2, 6], [2.2, 4, 5.8, 6]],
];
for (const [name, values, band] of CASES)
  test(name, () => {
    const found = bandOf(values, FIELDS).map((value) => value && Number(value.toFixed(9)));
    assert.deepEqual(found, band);
  });
