/** What the main thread and a query thread say to each other. One task at a time is with a thread. */
import type { QueryAnswer, QueryTask } from '../http/ports.ts';

export interface TaskMessage {
  readonly task: QueryTask;
  /** One Int32; not 0 = nobody waits for the answer any more. Shared, because a thread at work reads no messages. */
  readonly cancelled: SharedArrayBuffer;
}

export type ResultMessage =
  | { readonly kind: 'answer'; readonly answer: QueryAnswer }
  /** An InputError of the task. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Our own fault. */
  | { readonly kind: 'failed'; readonly reason: string };

export type FromThread = ResultMessage | { readonly kind: 'ready' };
