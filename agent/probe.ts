import type { Cancel, Clock } from '../base/clock.ts';
import type { Health } from './health.ts';
import type { SourceTable } from './series.ts';

/** Something outside of the agent that it asks for values at an interval of its own, and that may take its time. */
export interface Probe {
  /** What the label `source` of its duration and success says. */
  readonly name: string;
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
  /** What it fills; unknown while it fails. */
  readonly table: SourceTable;
  /** @throws (rejects) when there is nothing to tell, and soon after `signal` is aborted */
  run(signal: AbortSignal): Promise<void>;
}

export interface ProbePorts {
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
}

/** The first run is within this time, at random: not everything that a host is asked for comes at once. */
const START_WITHIN_MS = 5000;

/**
 * Runs a probe again and again, never twice at a time: a run that takes longer than the interval lets the next ones out.
 * @returns stops it, and aborts the run that is under way
 */
export function startProbe(probe: Probe, health: Health, ports: ProbePorts): Cancel {
  const { clock, monotonicMs, random } = ports;
  const everyMs = probe.everySeconds * 1000;
  let isStopped = false;
  let abort: AbortController | undefined;
  let cancel = clock.after(random() * Math.min(everyMs, START_WITHIN_MS), () => void run());

  async function run(): Promise<void> {
    const startMs = monotonicMs();
    const aborting = new AbortController();
    abort = aborting;
    const expire = clock.after(probe.timeoutSeconds * 1000, () =>
      aborting.abort(new Error(`took longer than ${probe.timeoutSeconds} s`)),
    );
    try {
      await probe.run(aborting.signal);
      health.worked(monotonicMs() - startMs);
    } catch (error) {
      probe.table.forget();
      if (!isStopped) {
        const { aborted, reason } = aborting.signal;
        health.failed(monotonicMs() - startMs, aborted ? reason : error);
      }
    } finally {
      expire();
    }
    const tookMs = monotonicMs() - startMs;
    if (!isStopped) cancel = clock.after(everyMs - (tookMs % everyMs), () => void run());
  }

  return () => {
    isStopped = true;
    cancel();
    abort?.abort(new Error('the agent stops'));
  };
}
