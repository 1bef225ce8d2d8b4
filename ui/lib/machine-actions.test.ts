import assert from 'node:assert/strict';
import test from 'node:test';
import { NODE_STATES } from '../../wire/pxe.ts';
import { actionsFor } from './machine-actions.ts';

test('a retired machine is left alone, every other one can at least be retired', () => {
  for (const state of NODE_STATES)
    assert.equal(actionsFor(state).includes('retire'), state !== 'retired');
});

test('only a discovered machine is approved, only one with a system is installed again', () => {
  assert.deepEqual(actionsFor('discovered'), ['approve', 'retire']);
  assert.deepEqual(actionsFor('installing'), ['cancel', 'retire']);
  assert.deepEqual(actionsFor('up'), ['install', 'retire']);
});
