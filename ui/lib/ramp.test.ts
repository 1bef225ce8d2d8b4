import assert from 'node:assert/strict';
import test from 'node:test';
import { domainOf, RAMP_STEPS, rampStep } from './ramp.ts';

const domains: readonly [
  name: string,
  values: number[],
  units: string,
  min: number,
  max: number,
][] = [
  ['percent', [3, 250], '%', 0, 100],
  ['nothing', [], '', 0, 1],
  ['all unknown', [Number.NaN], '', 0, 1],
  ['loads', [0.2, 3.1, Number.NaN], '', 0, 4],
  ['a round maximum', [20], '', 0, 20],
  ['bytes', [61_000_000, 5], 'bytes/sec', 0, 80_000_000],
  ['below zero', [-3, 2], '', -4, 2],
];
for (const [name, values, units, min, max] of domains) {
  test(`domain of ${name}`, () => assert.deepEqual(domainOf(values, units), { min, max }));
}

test('a domain grows at once and shrinks late', () => {
  const before = { min: 0, max: 10 };
  assert.deepEqual(domainOf([11], '', before), { min: 0, max: 20 });
  assert.equal(domainOf([5], '', before), before);
  assert.deepEqual(domainOf([3], '', before), { min: 0, max: 4 });
});

const steps: readonly [value: number, step: number][] = [
  [Number.NaN, -1],
  [-5, 0],
  [0, 0],
  [14, 0],
  [15, 1],
  [99, RAMP_STEPS - 1],
  [100, RAMP_STEPS - 1],
  [1e9, RAMP_STEPS - 1],
];
for (const [value, step] of steps) {
  test(`${value} of 0–100 has step ${step}`, () =>
    assert.equal(rampStep(value, { min: 0, max: 100 }), step));
}
