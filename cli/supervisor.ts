/** Runs daemons as child processes and starts again those that die. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Cancel, Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';

export interface DaemonSpec {
  /** `collector`, as in the log. */
  readonly name: string;
  /** Arguments of Node: its flags, the daemon's main.ts. */
  readonly args: readonly string[];
  /** Variables besides those of this process: the settings. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Supervisor {
  /** Asks every daemon to close and waits until the last is gone. */
  close(): Promise<void>;
  /** Resolves when a daemon ended with an error and had never been ready, with its name: no use in starting it again. */
  readonly failed: Promise<string>;
}

/** Waiting before a restart: doubled with each death in a row. */
const BACK_OFF_MS_MIN = 250;
const BACK_OFF_MS_MAX = 30_000;
/** A daemon that lived this long was well: its next death counts as the first. */
const WELL_AFTER_MS = 20_000;
/** How long a daemon may take to close before it is killed. */
const CLOSE_MS_MAX = 12_000;

export function superviseDaemons(
  specs: readonly DaemonSpec[],
  { log, clock, nodePath }: { log: Log; clock: Clock; nodePath: string },
): Supervisor {
  let giveUp: (name: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => {
    giveUp = resolve;
  });
  const daemons = specs.map((spec) => keepRunning(spec, { log, clock, nodePath, giveUp }));
  return {
    failed,
    close: async () => void (await Promise.all(daemons.map((daemon) => daemon.close()))),
  };
}

interface Context {
  readonly log: Log;
  readonly clock: Clock;
  readonly nodePath: string;
  giveUp(name: string): void;
}

function keepRunning(spec: DaemonSpec, context: Context): { close(): Promise<void> } {
  const { log, clock } = context;
  let child: ChildProcess | undefined;
  let closing = false;
  let deaths = 0;
  let wasReady = false;
  let cancelRestart: Cancel = () => undefined;
  let announceEnd: () => void = () => undefined;

  const start = () => {
    const startedMs = clock.nowMs();
    // The ipc channel tells the daemon when the supervisor is gone, even by kill -9.
    child = spawn(context.nodePath, spec.args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...spec.env },
    });
    // READY_MESSAGE: daemons say nothing else.
    child.once('message', () => {
      wasReady = true;
    });
    child.once('error', (error) =>
      log.error('spawn-failed', { daemon: spec.name, reason: error.message }),
    );
    child.once('exit', (code, signal) => {
      child = undefined;
      announceEnd();
      if (closing) return;
      if (!wasReady && code !== null && code !== 0) {
        context.giveUp(spec.name);
        return;
      }
      const livedMs = clock.nowMs() - startedMs;
      deaths = livedMs > WELL_AFTER_MS ? 1 : deaths + 1;
      const delayMs = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** (deaths - 1));
      log.error('daemon-died', {
        daemon: spec.name,
        code: code ?? undefined,
        signal: signal ?? undefined,
        restartInMs: delayMs,
      });
      cancelRestart = clock.after(delayMs, start);
    });
  };
  start();

  return {
    async close() {
      closing = true;
      cancelRestart();
      const running = child;
      if (!running) return;
      const end = new Promise<void>((resolve) => {
        announceEnd = resolve;
      });
      running.kill('SIGTERM');
      const cancelKill = clock.after(CLOSE_MS_MAX, () => {
        log.error('daemon-killed', { daemon: spec.name, afterMs: CLOSE_MS_MAX });
        running.kill('SIGKILL');
      });
      await end;
      cancelKill();
    },
  };
}
