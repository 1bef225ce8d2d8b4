import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, ManualClock } from '../base/clock.ts';
import { startSchedule } from './schedule.ts';

function record(clock: ManualClock, delayMs = 20) {
  const ticks: { timeMs: number; atMs: number }[] = [];
  const stop = startSchedule(clock, delayMs, (timeMs) =>
    ticks.push({ timeMs, atMs: clock.nowMs() }),
  );
  return { ticks, stop };
}

test('one tick in each second, its delay after the second, named after the second', () => {
  const clock = new ManualClock(10_500);
  const { ticks, stop } = record(clock);
  clock.advance(3000);
  assert.deepEqual(ticks, [
    { timeMs: 11_000, atMs: 11_020 },
    { timeMs: 12_000, atMs: 12_020 },
    { timeMs: 13_000, atMs: 13_020 },
  ]);
  stop();
  clock.advance(5000);
  assert.equal(ticks.length, 3);
});

test('a step of the clock forward leaves out seconds, one backward is followed', () => {
  const clock = new ManualClock(0);
  const { ticks } = record(clock);
  clock.advance(2500);
  clock.stepTo(100_700);
  clock.advance(2000);
  clock.stepTo(50_000);
  clock.advance(2500);
  assert.deepEqual(
    ticks.map(({ timeMs }) => timeMs),
    [1000, 2000, 101_000, 102_000, 50_000, 51_000, 52_000],
  );
  for (const { timeMs, atMs } of ticks.slice(4)) assert.ok(atMs - timeMs < 1000);
});

test('a process that was stopped does not make up for what it missed; a timer that is early keeps its second', () => {
  const ticks: number[] = [];
  let nowMs = 0;
  let due: { atMs: number; task: () => void } | undefined;
  const clock: Clock = {
    nowMs: () => nowMs,
    after(delayMs, task) {
      due = { atMs: nowMs + delayMs, task };
      return () => undefined;
    },
  };
  const fire = (lateMs: number) => {
    nowMs = (due?.atMs ?? 0) + lateMs;
    due?.task();
  };
  startSchedule(clock, 5, (timeMs) => ticks.push(timeMs));
  for (const lateMs of [0, -1, 4300, 0, 900, 0]) fire(lateMs);
  assert.deepEqual(ticks, [1000, 2000, 7000, 8000, 9000, 10_000]);
});
