import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unknownMetrics, unknownMetricsOf } from './catalogue-warnings.ts';
import { parseRuleFile } from './rule-file.ts';

const CATALOGUE = new Set(['load_one', 'cpu_num']);

for (const { expr, want } of [
  { expr: 'load_one / cpu_num > 1', want: [] },
  { expr: 'laod_one > 1 or laod_one < 0', want: ['laod_one'] },
  { expr: 'rate({__name__="bytez"}[5m]) > 0', want: ['bytez'] },
  { expr: '{__name__=~"x.*"} == 0 and up unless clustermon_gap_samples', want: [] },
]) {
  test(`unknown metrics of ${expr}`, () =>
    assert.deepEqual(unknownMetricsOf(expr, CATALOGUE), want));
}

test('what the file records is known, also in resolve:', () => {
  const { groups } = parseRuleFile(`groups:
- name: g
  rules:
  - record: host:load
    expr: load_one
  - alert: X
    expr: host:load > 8
    resolve: host:laod < 5
`);
  assert.deepEqual(unknownMetrics(groups, CATALOGUE), ['6: rule X: no host has host:laod']);
});
