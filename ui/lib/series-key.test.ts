import assert from 'node:assert/strict';
import test from 'node:test';
import { seriesKey } from '../../wire/metric.ts';
import { keyOf } from './series-key.ts';

const cases: readonly Readonly<Record<string, string>>[] = [
  {},
  { device: 'sda' },
  { b: '2', a: '1' },
  { path: 'C:\\"x"', name: '<img>' },
];
for (const labels of cases) {
  test(`key with ${JSON.stringify(labels)}`, () =>
    assert.equal(keyOf('m', labels), seriesKey('m', labels)));
}
