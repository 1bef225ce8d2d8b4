import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODE_STATES, type NodeState } from '../../wire/pxe.ts';
import { allows, bootPurpose, type NodeAction, nextState } from './node.ts';

const node = (state: NodeState, installedMs?: number) => ({
  name: 'n001',
  state,
  ...(installedMs === undefined ? {} : { installedMs }),
});

test('a machine goes from discovered to up by approval, its own reports and its metrics', () => {
  const steps: [NodeAction, NodeState][] = [
    ['approve', 'approved'],
    ['script-given', 'booting'],
    ['task-begun', 'installing'],
    ['install-finished', 'installed'],
    ['metrics-arrived', 'joined'],
    ['host-up', 'up'],
    ['host-down', 'down'],
    ['host-up', 'up'],
  ];
  let state: NodeState = 'discovered';
  for (const [action, expected] of steps) {
    state = nextState(node(state), action);
    assert.equal(state, expected, action);
  }
});

const refusals: [NodeState, NodeAction][] = [
  ['up', 'approve'],
  ['discovered', 'script-given'],
  ['discovered', 'task-begun'],
  ['failed', 'task-begun'],
  ['failed', 'script-given'],
  ['installed', 'install-finished'],
  ['retired', 'install'],
  ['up', 'cancel'],
  ['approved', 'install'],
];
for (const [state, action] of refusals) {
  test(`${action} of a node that is ${state} is refused`, () => {
    assert.throws(() => nextState(node(state), action), { code: 'node-state' });
  });
}

test('cancel leads back to where the node came from', () => {
  assert.equal(nextState(node('approved'), 'cancel'), 'discovered');
  assert.equal(nextState(node('failed', 1000), 'cancel'), 'down');
});

test('only a node between approval and the end of its installation boots to install', () => {
  const installs = NODE_STATES.filter((state) => bootPurpose({ state }) === 'install');
  assert.deepEqual(installs, ['approved', 'booting', 'installing']);
  assert.equal(bootPurpose(undefined), 'discover');
  assert.equal(bootPurpose({ state: 'failed' }), 'discover');
  assert.equal(bootPurpose({ state: 'up' }), 'disk');
});

test('a machine that lost power in mid-install may start over', () => {
  assert.equal(nextState(node('installing'), 'script-given'), 'booting');
  assert.ok(allows('installing', 'script-given'));
});
