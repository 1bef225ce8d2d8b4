import type { Cancel, Clock } from '../base/clock.ts';

const SECOND_MS = 1000;
/** A timer may fire this much before the second it was set for; it then counts as that second. */
const EARLY_MS = 20;

export interface ScheduleEvents {
  /** @param timeMs the second that the tick stands for: a multiple of 1000 */
  tick(timeMs: number): void;
  /** `delayMs` after the tick's work, once each tick. */
  send(): void;
}

/**
 * Runs `tick` on each second of the wall clock and `send` within a short window after it. What the process missed (it was
 * stopped, the machine slept) is not made up for. After a step of the clock the next tick is on a second of the new time.
 * @param delayMs how long after the second to send: a different one on each host, so that not all send at once
 * @returns stops the schedule
 */
export function startSchedule(clock: Clock, delayMs: number, events: ScheduleEvents): Cancel {
  let cancel: Cancel;

  function waitForSecond(): void {
    const sinceSecond = clock.nowMs() % SECOND_MS;
    const early = SECOND_MS - sinceSecond <= EARLY_MS;
    cancel = clock.after(SECOND_MS - sinceSecond + (early ? SECOND_MS : 0), tick);
  }

  function tick(): void {
    const nowMs = clock.nowMs();
    const sinceSecond = (nowMs + EARLY_MS) % SECOND_MS;
    const timeMs = nowMs + EARLY_MS - sinceSecond;
    events.tick(timeMs);
    cancel = clock.after(Math.max(0, timeMs + delayMs - clock.nowMs()), send);
  }

  function send(): void {
    events.send();
    waitForSecond();
  }

  waitForSecond();
  return () => cancel();
}
