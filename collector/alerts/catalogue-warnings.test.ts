import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtsOf, rulesInDoubt } from './catalogue-warnings.ts';
import { parseRuleFile } from './rule-file.ts';

const CATALOGUE = {
  metrics: new Set(['load_one', 'cpu_num']),
  labels: new Set(['__name__', 'host', 'rack']),
};

for (const { expr, want } of [
  { expr: 'load_one / cpu_num > 1', want: [] },
  { expr: 'laod_one > 1 or laod_one < 0', want: ['no host has laod_one'] },
  { expr: 'rate({__name__="bytez"}[5m]) > 0', want: ['no host has bytez'] },
  { expr: '{__name__=~"x.*"} == 0 and up unless clustermon_gap_samples{reason="x"}', want: [] },
  { expr: 'load_one{hots="n1"} > 1', want: ['no series has the label hots'] },
  { expr: 'up{hots=~"n1|n2", rack!="r1"} == 0', want: ['no series has the label hots'] },
  { expr: 'load_one{maintenance!="yes", class=~".*", note=""} > 1', want: [] },
  { expr: 'ALERTS{alertname="HostDown"} == 1', want: [] },
]) {
  test(`what is in doubt of ${expr}`, () => assert.deepEqual(doubtsOf(expr, CATALOGUE), want));
}

test('what the file records is known, also in resolve:', () => {
  const { groups } = parseRuleFile(`groups:
- name: g
  rules:
  - record: host:load
    expr: label_replace(load_one, "kind", "mean", "", "")
  - alert: X
    expr: host:load{kind="mean"} > 8
    resolve: host:laod < 5
`);
  assert.deepEqual(rulesInDoubt(groups, CATALOGUE), ['6: rule X: no host has host:laod']);
});
