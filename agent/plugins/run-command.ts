import { spawn } from 'node:child_process';

/** Characters of the output that are kept: performance data of a few hundred values. */
const OUTPUT_MAX = 64 * 1024;

export interface CommandResult {
  /** Exit status; undefined when a signal ended the command. */
  readonly status: number | undefined;
  readonly output: string;
}

/**
 * Runs a line of shell, in a process group of its own; an aborted one is killed with all that it started.
 * @throws when there is no shell, or `signal` was aborted
 */
export function runCommand(command: string, signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      // Decimal points, English texts.
      env: { ...process.env, LC_ALL: 'C' },
    });
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (piece: string) => {
      if (output.length < OUTPUT_MAX) output = (output + piece).slice(0, OUTPUT_MAX);
    });
    const kill = () => {
      if (child.pid !== undefined) killGroup(child.pid);
      // Whoever left the group may hold the pipe for ever.
      child.stdout.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', kill, { once: true });
    child.on('error', reject);
    child.on('close', (status) => {
      signal.removeEventListener('abort', kill);
      resolve({ status: status ?? undefined, output });
    });
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
