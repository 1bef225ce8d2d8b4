/** Processes of a test: started with their output kept, ended by their pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestHost } from './network.ts';

export interface TestProcess {
  readonly pid: number;
  /** Everything that it has written, standard output and error together. */
  output(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

const LAST_WORDS_MS = 200;

export interface StartOptions {
  /** Inside which host; the machine itself when absent. */
  readonly host?: TestHost | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

export function startProcess(
  command: string,
  args: readonly string[],
  { host, env }: StartOptions = {},
): TestProcess {
  // `ip netns exec` replaces itself by the command: the pid is the command's.
  const [file, ...rest] = host
    ? ['ip', 'netns', 'exec', host.namespace, command, ...args]
    : [command, ...args];
  const child: ChildProcess = spawn(file ?? command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  const keep = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const closed = once(child, 'close');
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    // Its last words may come after its end; who inherited its pipes may keep them open.
    await Promise.race([closed, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    return (code ?? signal) as number | string;
  });
  return {
    pid: child.pid ?? 0,
    output: () => text,
    ended,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/**
 * Waits until `probe` gives something else than undefined or false.
 * @throws Error with `what` and the probe's last error after `timeoutMs`
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  let reason: unknown = 'it never came true';
  while (Date.now() < deadlineMs) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      reason = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${timeoutMs} ms for: ${what}`, { cause: reason });
}

/** Direct children of a process, by /proc. */
export async function childrenOf(pid: number): Promise<{ pid: number; command: string }[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const found: { pid: number; command: string }[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent !== pid) continue;
      const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8'))
        .replaceAll('\0', ' ')
        .trim();
      found.push({ pid: Number(entry), command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
