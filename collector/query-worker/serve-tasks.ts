import type { MessagePort } from 'node:worker_threads';
import { InputError } from '../../base/errors.ts';
import type { FromThread, ResultMessage, TaskMessage, ThreadAnswer } from './messages.ts';
import type { QueryData } from './query-data.ts';
import { runTask } from './run-task.ts';

/** Does the tasks that arrive on `port`, one after the other, in this thread. */
export function serveTasks(port: MessagePort, data: QueryData): void {
  port.on('message', ({ task, cancelled }: TaskMessage) => {
    const flag = new Int32Array(cancelled);
    const run = () => runTask(task, data, () => Atomics.load(flag, 0) !== 0);
    tell(
      port,
      resultOf(() => ({ ...run(), kept: data.cache?.takeNewest() })),
    );
  });
  tell(port, { kind: 'ready' });
}

function tell(port: MessagePort, message: FromThread): void {
  port.postMessage(message);
}

function resultOf(run: () => ThreadAnswer): ResultMessage {
  try {
    return { kind: 'answer', answer: run() };
  } catch (error) {
    if (error instanceof InputError) {
      return { kind: 'refused', code: error.code, message: error.message };
    }
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'failed', reason };
  }
}
