import type { Worker } from 'node:worker_threads';
import { InputError, WorldError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { QueryRunner, QueryTask } from '../http/ports.ts';
import type { FromThread, ResultMessage, TaskMessage, ThreadAnswer } from './messages.ts';

export interface PoolOptions {
  /** Threads at most; the first is there from the beginning, the others come when tasks wait. */
  readonly size: number;
  /** A query that takes longer is ended, with its thread if need be. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** Starts a thread that serves tasks. */
  start(): Worker;
}

/** Tasks that may wait; with more than these a client is better told so at once. */
const WAITING_MAX = 200;
/** What a cancelled query gets to notice it, before its thread is ended. */
const GRACE_MS = 2000;
/** Before a thread that ended is replaced: one that cannot start must not be started in a loop. */
const RESTART_MS = 500;

interface Job {
  readonly message: TaskMessage;
  readonly signal: AbortSignal;
  readonly settle: (result: ResultMessage | InputError) => void;
}

/** Threads that answer queries, each one task at a time; the tasks that no thread is free for wait in the order of their arrival. */
export class QueryPool implements QueryRunner {
  readonly #options: PoolOptions;
  readonly #threads = new Set<Worker>();
  /** Those that have nothing to do; one that is starting is not among them. */
  readonly #free: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #waiting: Job[] = [];
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#startThread();
  }

  async run(task: QueryTask, signal: AbortSignal): Promise<ThreadAnswer> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw new InputError('busy', `${WAITING_MAX} queries are waiting already; try again later`);
    }
    const result = await this.#enqueue(task, signal);
    if (result instanceof InputError) throw result;
    switch (result.kind) {
      case 'answer':
        return result.answer;
      case 'refused':
        throw new InputError(result.code, result.message);
      case 'failed':
        throw new WorldError('query-failed', 'a query thread failed', result.reason);
    }
  }

  /** The answer, or why there is none: also when the task has waited too long for a thread. */
  #enqueue(task: QueryTask, signal: AbortSignal): Promise<ResultMessage | InputError> {
    const { timeoutMs } = this.#options;
    return new Promise((resolve) => {
      const drop = (reason: InputError) => {
        const index = this.#waiting.indexOf(job);
        if (index < 0) return; // a thread has it, and a clock of its own
        this.#waiting.splice(index, 1);
        job.settle(reason);
      };
      const timer = setTimeout(() => drop(timedOut(timeoutMs)), timeoutMs);
      const onAbort = () => drop(cancelled());
      signal.addEventListener('abort', onAbort, { once: true });
      const job: Job = {
        message: { task, cancelled: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) },
        signal,
        settle: (result) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          resolve(result);
        },
      };
      this.#waiting.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of [...this.#waiting.splice(0), ...this.#busy.values()]) job.settle(cancelled());
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  #startThread(): void {
    const thread = this.#options.start();
    this.#threads.add(thread);
    thread.on('message', (message: FromThread) => {
      if (message.kind === 'ready') this.#setFree(thread);
      else this.#finish(thread, message);
    });
    thread.on('error', (error) => {
      this.#options.log.error('query-thread-failed', { reason: error.message });
    });
    thread.on('exit', () => this.#replace(thread));
  }

  #setFree(thread: Worker): void {
    this.#free.push(thread);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#free.length > 0) {
      const job = this.#waiting.shift();
      if (!job) return;
      if (job.signal.aborted) job.settle(cancelled());
      else this.#give(this.#free.pop() as Worker, job);
    }
    if (this.#waiting.length > 0 && this.#mayStart) this.#startThread();
  }

  /** False also while one is starting, and when there is none at all: the last one has just ended, which is for `#replace`. */
  get #mayStart(): boolean {
    const { size } = this.#threads;
    const areAllReady = size === this.#free.length + this.#busy.size;
    return areAllReady && size > 0 && size < this.#options.size;
  }

  #give(thread: Worker, job: Job): void {
    const { timeoutMs } = this.#options;
    const stop = (reason: InputError) => {
      Atomics.store(new Int32Array(job.message.cancelled), 0, 1);
      job.settle(reason);
      timers.push(setTimeout(() => void thread.terminate(), GRACE_MS));
    };
    const timers = [setTimeout(() => stop(timedOut(timeoutMs)), timeoutMs)];
    const onAbort = () => stop(cancelled());
    job.signal.addEventListener('abort', onAbort, { once: true });
    this.#busy.set(thread, {
      ...job,
      settle: (result) => {
        for (const timer of timers) clearTimeout(timer);
        job.signal.removeEventListener('abort', onAbort);
        job.settle(result);
      },
    });
    thread.postMessage(job.message);
  }

  #finish(thread: Worker, result: ResultMessage): void {
    this.#busy.get(thread)?.settle(result);
    this.#busy.delete(thread);
    this.#setFree(thread);
  }

  /** A thread has ended: it crashed, or a query had to be ended with it. */
  #replace(thread: Worker): void {
    this.#busy.get(thread)?.settle({ kind: 'failed', reason: 'the query thread ended' });
    this.#busy.delete(thread);
    this.#threads.delete(thread);
    const index = this.#free.indexOf(thread);
    if (index >= 0) this.#free.splice(index, 1);
    setTimeout(() => {
      if (!this.#isClosed && this.#threads.size === 0) this.#startThread();
    }, RESTART_MS).unref();
  }
}

function cancelled(): InputError {
  return new InputError('query-canceled', 'nobody waits for this query any more');
}

function timedOut(timeoutMs: number): InputError {
  return new InputError(
    'query-timeout',
    `the query took longer than ${timeoutMs / 1000} s (collector.queryTimeoutSeconds); ask for less`,
  );
}
