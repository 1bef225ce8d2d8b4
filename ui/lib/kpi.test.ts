import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseKpis } from './kpi.ts';

test('a host gets the tiles that its series allow, each title once', () => {
  const keys = new Set([
    'cpu_idle',
    'mem_free',
    'mem_buffers',
    'mem_cached',
    'mem_total',
    'mem_available',
    'bytes_in',
  ]);
  const kpis = chooseKpis(keys, 8);
  assert.deepEqual(
    kpis.map((kpi) => `${kpi.title}: ${kpi.keys.join('+')}`),
    ['CPU busy: cpu_idle', 'Memory: mem_available+mem_total', 'Net in: bytes_in'],
  );
  assert.equal(kpis[1]!.value([25, 100]), 75);
  assert.equal(chooseKpis(keys, 2).length, 2);
  assert.deepEqual(chooseKpis(new Set(), 8), []);
});
