/** What the main thread and a query thread say to each other. One task at a time is with a thread. */
import type { QueryAnswer, QueryTask } from '../http/ports.ts';
import type { SharedRange } from '../query/range-cache.ts';

export interface TaskMessage {
  readonly task: QueryTask;
  /** One Int32; not 0 = nobody waits for the answer any more. Shared, because a thread at work reads no messages. */
  readonly cancelled: SharedArrayBuffer;
}

export interface ThreadAnswer extends QueryAnswer {
  /** What the query thread has evaluated, for the main thread's cache. */
  readonly kept?: SharedRange | undefined;
}

export type ResultMessage =
  | { readonly kind: 'answer'; readonly answer: ThreadAnswer }
  /** An InputError of the task. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Our own fault. */
  | { readonly kind: 'failed'; readonly reason: string };

export type FromThread = ResultMessage | { readonly kind: 'ready' };
