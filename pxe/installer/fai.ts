import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** What run-fai says on descriptor 3, one line each, as FAI tells its monitor; `ask` wants an answer. */
export type FaiEvent =
  | { readonly kind: 'begin' | 'skip'; readonly task: string }
  | { readonly kind: 'end' | 'error'; readonly task: string; readonly code: number }
  | { readonly kind: 'hook'; readonly name: string }
  | { readonly kind: 'ask'; readonly what: string }
  | { readonly kind: 'die'; readonly reason: string }
  | { readonly kind: 'done'; readonly code: number };

/** Reads one line of descriptor 3; undefined for what FAI may say besides. */
export function parseFaiLine(line: string): FaiEvent | undefined {
  const [word = '', name = '', number = '0'] = line.split(' ');
  const code = Number(number) || 0;
  switch (word) {
    case 'TASKBEGIN':
      return { kind: 'begin', task: name };
    case 'TASKSKIP':
      return { kind: 'skip', task: name };
    case 'TASKEND':
      return { kind: 'end', task: name, code };
    case 'TASKERROR':
      return { kind: 'error', task: name, code };
    case 'HOOK':
      return { kind: 'hook', name };
    case 'ASK':
      return { kind: 'ask', what: name };
    case 'DIE':
      return { kind: 'die', reason: line.slice(4) };
    case 'DONE':
      return { kind: 'done', code: Number(name) || 0 };
    default:
      return undefined;
  }
}

export interface FaiRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  onEvent(event: FaiEvent): void;
  onLine(line: string): void;
  /** @returns `yes`, or why not */
  answer?(what: string): Promise<string>;
  readonly signal?: AbortSignal;
}

/**
 * Runs run-fai to its end.
 * @returns its exit status; null when a signal ended it
 */
export async function runFai(run: FaiRun): Promise<number | null> {
  const child = spawn(run.command, run.args, {
    env: run.env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  run.signal?.addEventListener('abort', stop, { once: true });
  const [, output, errors, says, answers] = child.stdio;
  for (const stream of [output, errors]) {
    createInterface({ input: stream as Readable }).on('line', (line) => run.onLine(line));
  }
  const reply = (text: string) => (answers as Writable).write(`${text}\n`);
  answers?.on('error', () => undefined);
  createInterface({ input: says as Readable }).on('line', (line) => {
    const event = parseFaiLine(line);
    if (!event) return;
    run.onEvent(event);
    if (event.kind !== 'ask') return;
    const answered = run.answer?.(event.what) ?? Promise.resolve('nobody answers');
    answered.then(reply, (error: Error) => reply(error.message.replaceAll('\n', ' ')));
  });
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', resolve);
    });
  } finally {
    run.signal?.removeEventListener('abort', stop);
  }
}
