import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../base/clock.ts';
import { Health } from './health.ts';
import { startProbe } from './probe.ts';
import { SeriesTable, SourceTable } from './series.ts';
import { quietLog } from './testing/machine.ts';

/** A probe whose runs end when the test says so. */
function scene() {
  const clock = new ManualClock(0);
  const table = new SeriesTable();
  const own = new SourceTable(table);
  const value = own.add({ name: 'a', group: 'g', title: 'a' });
  const starts: number[] = [];
  const ends: { worked(): void; failed(error: Error): void }[] = [];
  const probe = {
    name: 'p',
    everySeconds: 10,
    timeoutSeconds: 4,
    table: own,
    run: (signal: AbortSignal) => {
      starts.push(clock.nowMs());
      table.numbers[value] = starts.length;
      return new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        ends.push({ worked: resolve, failed: reject });
      });
    },
  };
  const ports = { clock, monotonicMs: () => clock.nowMs(), random: () => 0.5 };
  const health = new Health('p', { table, log: quietLog });
  const stop = startProbe(probe, health, ports);
  const shown = () => ({
    value: table.numbers[value],
    duration: table.numbers[value + 1],
    success: table.numbers[value + 2],
  });
  /** Moves the clock and lets promises settle. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await setImmediate();
  };
  return { starts, ends, stop, shown, pass };
}

test('a probe runs at its interval, whatever its runs take', async () => {
  const { starts, ends, shown, pass } = scene();
  await pass(2500);
  assert.deepEqual(starts, [2500]);
  await pass(1000);
  ends[0]?.worked();
  await pass(0);
  assert.deepEqual(shown(), { value: 1, duration: 1000, success: 1 });
  await pass(9000);
  assert.deepEqual(starts, [2500, 12_500]);
});

test('a run that fails makes the values unknown', async () => {
  const { ends, shown, pass } = scene();
  await pass(2500);
  ends[0]?.failed(new Error('no'));
  await pass(0);
  assert.deepEqual(shown(), { value: Number.NaN, duration: 0, success: 0 });
  await pass(10_000);
  ends[1]?.worked();
  await pass(0);
  assert.deepEqual(shown(), { value: 2, duration: 0, success: 1 });
});

test('a run that takes too long is aborted', async () => {
  const { shown, pass } = scene();
  await pass(2500);
  await pass(3999);
  assert.equal(shown().value, 1);
  await pass(1);
  assert.deepEqual(shown(), { value: Number.NaN, duration: 4000, success: 0 });
});

test('a stopped probe aborts its run and starts no other', async () => {
  const { starts, stop, pass } = scene();
  await pass(2500);
  stop();
  await pass(100_000);
  assert.equal(starts.length, 1);
});
