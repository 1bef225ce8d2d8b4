import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertTransition } from '../../wire/http.ts';
import { merged, ofAlerts, ofEvent, ofMachines, ofTransitions } from './happenings.ts';

const KINDS = [
  ['joined', 'state'],
  ['boot', 'state'],
  ['service-restarted', 'state'],
  ['change', 'change'],
  ['installed', 'install'],
  ['note', 'note'],
  ['deploy', 'note'],
] as const;
for (const [kind, expected] of KINDS)
  test(`an event of kind ${kind} is a ${expected}`, () => {
    const event = { timeMs: 2_000, host: 'n1', kind, text: 'x', labels: {} };
    assert.deepEqual(ofEvent(event), { timeS: 2, kind: expected, host: 'n1', text: 'x' });
  });

test('an alert that fires is one mark, whether history or stream tells it', () => {
  const labels = { host: 'n1', severity: 'critical' };
  const fired: AlertTransition = { timeMs: 5_000, rule: 'Down', labels, state: 'firing', value: 1 };
  const pending: AlertTransition = { ...fired, timeMs: 4_000, state: 'pending' };
  const now = {
    ...{ rule: 'Down', severity: 'critical', state: 'firing', labels, value: 1 },
    ...{ activeAtMs: 4_000, firedAtMs: 5_200, resolvedAtMs: null },
  } as const;
  const marks = merged([...ofAlerts([now]), ...ofTransitions([pending, fired])]);
  assert.deepEqual(marks, [{ timeS: 5, kind: 'alert', host: 'n1', text: 'Down n1' }]);
  const [warning] = ofTransitions([{ ...fired, labels: { severity: 'warning' } }]);
  assert.deepEqual(warning, { timeS: 5, kind: 'warning', host: '', text: 'Down' });
});

test('machines that were never installed leave no mark', () => {
  assert.deepEqual(ofMachines([]), []);
});
