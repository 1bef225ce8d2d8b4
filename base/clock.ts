/** Time as a port: daemons take a `Clock`, tests a `ManualClock`. */
export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  nowMs(): number;
  /** Runs `task` once, `delayMs` from now; the result cancels it. */
  after(delayMs: number, task: () => void): Cancel;
}

export type Cancel = () => void;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until `advance` moves it; due tasks run in order of their time, then of their registration. */
export class ManualClock implements Clock {
  #nowMs: number;
  #tasks: { dueMs: number; task: () => void }[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Cancel {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const next = this.#tasks
        .filter((entry) => entry.dueMs <= untilMs)
        .reduce<{ dueMs: number; task: () => void } | undefined>(
          (first, entry) => (first && first.dueMs <= entry.dueMs ? first : entry),
          undefined,
        );
      if (!next) break;
      this.#tasks = this.#tasks.filter((entry) => entry !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.task();
    }
    this.#nowMs = untilMs;
  }

  /** Sets the wall clock without running tasks: what a time step by NTP looks like. */
  stepTo(nowMs: number): void {
    const byMs = nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    for (const entry of this.#tasks) entry.dueMs += byMs;
  }
}
