import assert from 'node:assert/strict';
import test from 'node:test';
import type { AlertInfo } from '../../wire/http.ts';
import { groupAlerts } from './alert-groups.ts';

function alert(rule: string, host: string, more: Partial<AlertInfo> = {}): AlertInfo {
  return {
    rule,
    severity: 'warning',
    state: 'firing',
    labels: host === '' ? {} : { host },
    value: 1,
    activeAtMs: 1_000,
    firedAtMs: null,
    resolvedAtMs: null,
    ...more,
  };
}

test('alerts of a rule are one group per state, the most urgent first', () => {
  const groups = groupAlerts([
    alert('Load', 'a', { state: 'pending' }),
    alert('Disk', 'a', { severity: 'critical' }),
    alert('Load', 'b', { activeAtMs: 500 }),
    alert('Load', 'c'),
    alert('Load', 'c'),
    alert('Cluster', ''),
  ]);
  assert.deepEqual(
    groups.map(({ rule, state, count, hosts, sinceMs }) => [
      rule,
      state,
      count,
      hosts.join(),
      sinceMs,
    ]),
    [
      ['Disk', 'firing', 1, 'a', 1_000],
      ['Cluster', 'firing', 1, '', 1_000],
      ['Load', 'firing', 3, 'b,c', 500],
      ['Load', 'pending', 1, 'a', 1_000],
    ],
  );
  assert.deepEqual(groupAlerts([]), []);
});
