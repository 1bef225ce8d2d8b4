import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rotation, rotationSeconds, TOUCHED_SECONDS } from './rotation.ts';

function tick(rotation: Rotation, seconds: number): void {
  for (let second = 0; second < seconds; second++) rotation.tick();
}

test('the next view comes after its time, and the first one after the last', () => {
  const rotation = new Rotation(2, 30);
  tick(rotation, 29);
  assert.equal(rotation.index, 0);
  tick(rotation, 1);
  assert.equal(rotation.index, 1);
  tick(rotation, 30);
  assert.equal(rotation.index, 0);
});

test('it waits while somebody is there, then goes on where it was', () => {
  const rotation = new Rotation(3, 10);
  tick(rotation, 9);
  rotation.hold();
  tick(rotation, TOUCHED_SECONDS - 1);
  assert.deepEqual([rotation.index, rotation.isHeld], [0, true]);
  tick(rotation, 2);
  assert.deepEqual([rotation.index, rotation.isHeld], [1, false]);
});

test('back from the first view is the last one', () => {
  const rotation = new Rotation(3, 10);
  rotation.go(-1);
  assert.equal(rotation.index, 2);
});

test('intervals are what people can read', () => {
  assert.deepEqual([null, 1, 45, 1e9].map(rotationSeconds), [30, 2, 45, 86_400]);
});
