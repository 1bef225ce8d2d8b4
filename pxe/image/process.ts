import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { WorldError } from '../../base/errors.ts';

/** Lines kept to say why a command failed. */
const LAST_LINES = 12;
/** Of everything that builds, nice(1). */
export const BUILD_NICENESS = 10;

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Gets each line of output, standard error included. */
  readonly onLine?: (line: string) => void;
  /** Ends the command, and what it started. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command to its end.
 * @throws WorldError `image-command` with its last lines when it cannot start or ends with another status than 0
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<void> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // Monitoring and machines that boot go before images.
  if (child.pid !== undefined) setPriority(child.pid, BUILD_NICENESS);
  const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
  options.signal?.addEventListener('abort', stop, { once: true });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      options.onLine?.(line);
    });
  }
  try {
    const status = await new Promise<number | string | null>((resolve, reject) => {
      child.on('error', reject);
      // Not `close`: a daemon that a package started may hold the pipes.
      child.on('exit', (code, signal) => resolve(code ?? signal));
    });
    if (status !== 0) throw new Error(`status ${status}\n${last.join('\n')}`);
  } catch (cause) {
    throw new WorldError('image-command', `running ${command}`, cause);
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}
