import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricTable } from './metric-table.ts';
import { CLOCK_OFFSET, SeriesLayout } from './series-layout.ts';
import { testMetric } from './testing/simulated-agent.ts';

const SECOND = 1_800_000_000;

test('a series keeps its values when others come before it, and when it becomes a double', () => {
  const table = new MetricTable([]);
  const layout = new SeriesLayout(table, { schema: -1, metricOf: [], live: [], own: CLOCK_OFFSET });
  const load = testMetric('load_one', { type: 'float' });
  const adopt = (schema: number, metrics: readonly (typeof load)[]) =>
    layout.adopt(
      schema,
      metrics.map((metric) => table.intern(metric)),
    );
  const value = (index: number) => layout.rows.value(SECOND, layout.slots[index] ?? -1);

  adopt(1, [load]);
  layout.rows.set(layout.rows.open(SECOND), layout.slots[0] ?? -1, 71.2);
  adopt(2, [testMetric('uptime'), load, testMetric('os_name', { type: 'string' })]);
  assert.equal(value(1), 71.2);
  assert.ok(Number.isNaN(value(0)));
  assert.equal(new Set([...layout.slots, layout.ownSlot]).size, 4, 'each has a slot of its own');

  adopt(3, [testMetric('uptime'), testMetric('load_one', { type: 'double' })]);
  assert.equal(value(1), 71.2);
  const exact = 123_456_789.123;
  layout.rows.set(layout.rows.open(SECOND), layout.slots[1] ?? -1, exact);
  assert.equal(value(1), exact);
});

test('a host that has had 65,536 series gets no more: those left out are counted, until they are gone', () => {
  const table = new MetricTable([testMetric('load_one')]);
  const metricOf = new Array<number>(65_534).fill(0);
  const layout = new SeriesLayout(table, { schema: -1, metricOf, live: [], own: CLOCK_OFFSET });
  const adopt = (schema: number, ...names: string[]) =>
    layout.adopt(
      schema,
      names.map((name) => table.intern(testMetric(name))),
    );
  adopt(1, 'load_one', 'last', 'more');
  assert.deepEqual([layout.idAt(1), layout.idAt(2), layout.leftOut], [65_535, -1, 1]);
  adopt(2, 'load_one', 'last');
  assert.equal(layout.leftOut, 0);
});
