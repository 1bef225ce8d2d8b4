import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from './clock.ts';

test('due tasks run in the order of their time, also those that a task adds', () => {
  const clock = new ManualClock(1000);
  const ran: string[] = [];
  clock.after(30, () => ran.push(`late@${clock.nowMs()}`));
  clock.after(10, () => {
    ran.push(`early@${clock.nowMs()}`);
    clock.after(5, () => ran.push(`added@${clock.nowMs()}`));
  });
  clock.advance(20);
  assert.deepEqual(ran, ['early@1010', 'added@1015']);
  clock.advance(10);
  assert.deepEqual(ran, ['early@1010', 'added@1015', 'late@1030']);
});

test('a cancelled task does not run', () => {
  const clock = new ManualClock();
  let ran = false;
  clock.after(10, () => {
    ran = true;
  })();
  clock.advance(20);
  assert.equal(ran, false);
});

test('a step of the wall clock leaves the waiting time of tasks alone', () => {
  const clock = new ManualClock(1000);
  let ranAt = 0;
  clock.after(100, () => {
    ranAt = clock.nowMs();
  });
  clock.stepTo(500);
  clock.advance(99);
  assert.equal(ranAt, 0);
  clock.advance(1);
  assert.equal(ranAt, 600);
});
