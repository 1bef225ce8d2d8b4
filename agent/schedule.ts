import type { Cancel, Clock } from '../base/clock.ts';

const SECOND_MS = 1000;
const EARLY_MS = 20;

/**
 * Runs `tick` once in each second of the wall clock, `delayMs` after its start. What the process missed (it was stopped, the
 * machine slept) is not made up for; after a step of the clock the next tick is in a second of the new time.
 *
 * Sampling and sending share the one wake-up: a second timer between them would cost an eighth of the agent's CPU time
 * (docs/decisions/0011-one-wake-up-a-second.md).
 * @param delayMs 0 to 999, a different one on each host, so that not all send at once
 * @param tick    gets the second that it stands for, milliseconds since the epoch, a multiple of 1000
 * @returns stops the schedule
 */
export function startSchedule(
  clock: Clock,
  delayMs: number,
  tick: (timeMs: number) => void,
): Cancel {
  let dueMs = Math.floor(clock.nowMs() / SECOND_MS) * SECOND_MS + delayMs;
  let cancel: Cancel;

  function wait(): void {
    const nowMs = clock.nowMs();
    dueMs += SECOND_MS;
    // Late by more than a second, or the clock was stepped: start anew from the present time.
    if (dueMs < nowMs || dueMs > nowMs + SECOND_MS + EARLY_MS) {
      dueMs = nowMs + SECOND_MS - ((nowMs - delayMs) % SECOND_MS);
    }
    cancel = clock.after(dueMs - nowMs, run);
  }

  function run(): void {
    const lateMs = clock.nowMs() - dueMs;
    // A timer may fire a little early, which must not count as the second before.
    const isOnTime = lateMs > -EARLY_MS && lateMs < SECOND_MS;
    const startMs = isOnTime ? dueMs - delayMs : clock.nowMs() - delayMs;
    tick(Math.floor(startMs / SECOND_MS) * SECOND_MS);
    wait();
  }

  wait();
  return () => cancel();
}
