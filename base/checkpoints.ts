import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** Pages that are written several times in that while cost one write to the file. */
const EVERY_MS = 60_000;

/**
 * Moves what a database's write-ahead log holds into its file, once a minute while something is written. That waits for the disk, so another
 * thread does it: one that must answer at once would be held up by as long. Its own connections set `wal_autocheckpoint` to what must not happen.
 * A thread each time: one that waited for the next would take 13 MB all the while.
 * @param onError hears that a checkpoint failed; the next comes in a minute
 * @returns ends it
 */
export function startCheckpoints(
  file: string,
  onError: (error: Error) => void,
  everyMs = EVERY_MS,
): () => void {
  let thread: Worker | undefined;
  let writtenMs = 0;
  const timer = setInterval(() => {
    const nowWrittenMs = statSync(`${file}-wal`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (thread || nowWrittenMs === writtenMs) return;
    writtenMs = nowWrittenMs;
    thread = new Worker(new URL('checkpoint-thread.ts', import.meta.url), {
      workerData: { file },
      name: 'checkpoint',
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    });
    thread.on('error', onError);
    thread.on('exit', () => {
      thread = undefined;
    });
  }, everyMs);
  return () => {
    clearInterval(timer);
    void thread?.terminate();
  };
}
