import assert from 'node:assert/strict';
import test from 'node:test';
import type { MetricInfo } from '../../wire/http.ts';
import { chooseLenses, lensesOf } from './lens.ts';

function metric(name: string, more: Partial<MetricInfo> = {}): MetricInfo {
  return {
    name,
    type: 'float',
    units: '',
    group: '',
    title: '',
    description: '',
    hostCount: 1,
    labelNames: [],
    ...more,
  };
}

test('derived lenses appear when all of their metrics do; text and labelled metrics make none', () => {
  const lenses = lensesOf([
    metric('cpu_idle', { title: 'CPU idle' }),
    metric('mem_available'),
    metric('os_name', { type: 'string' }),
    metric('disk_util', { labelNames: ['device'] }),
  ]);
  assert.deepEqual(
    lenses.map((lens) => `${lens.id}: ${lens.title}`),
    ['cpu: CPU busy', 'cpu_idle: CPU idle', 'mem_available: mem_available'],
  );
  assert.equal(lenses[0]!.value([30]), 70);
  assert.ok(Number.isNaN(lenses[0]!.value([Number.NaN])));
});

test('memory used is a share of the total', () => {
  const [lens] = lensesOf([metric('mem_available'), metric('mem_total')]);
  assert.equal(lens!.value([25, 100]), 75);
});

test('the wanted lenses come first, unknown ones are skipped, favourites fill up', () => {
  const lenses = lensesOf(
    ['zebra', 'load_one', 'cpu_idle', 'aardvark'].map((name) => metric(name)),
  );
  const ids = (wanted: readonly string[], count: number) =>
    chooseLenses(lenses, wanted, count).map((lens) => lens.id);
  assert.deepEqual(ids(['aardvark', 'nothing'], 3), ['aardvark', 'cpu', 'load_one']);
  assert.deepEqual(ids([], 9), ['cpu', 'load_one', 'zebra', 'cpu_idle', 'aardvark']);
});
