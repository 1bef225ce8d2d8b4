/** What a person should do something about, for as long as it lasts. */
import type { Problem } from '../../wire/http.ts';

const ADVICE: Readonly<Record<string, string>> = {
  'store-write':
    'samples cannot be stored and are kept in memory: make room on the disk or see why it refuses',
  'journal-write':
    'the journal cannot be written: a restart now takes the last minutes from the agents instead',
  'receive-buffer':
    'the kernel gives a small receive buffer, bursts may be lost: set net.core.rmem_max=8388608 with sysctl',
  'kernel-drops': 'the kernel drops datagrams because this machine cannot keep up',
};

export class Problems {
  readonly #open = new Map<string, Problem>();

  /** @param reason undefined ends the problem */
  set(code: keyof typeof ADVICE, reason: string | undefined, nowMs: number): void {
    if (reason === undefined) this.#open.delete(code);
    else if (!this.#open.has(code)) {
      this.#open.set(code, { code, text: `${ADVICE[code]} (${reason})`, sinceMs: nowMs });
    }
  }

  list(): readonly Problem[] {
    return [...this.#open.values()];
  }
}
