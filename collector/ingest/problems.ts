/** What a person should do something about, for as long as it lasts: shown, and logged when it begins and when it is over. */
import type { Log } from '../../base/log.ts';
import type { Problem } from '../../wire/http.ts';

const ADVICE = {
  'store-write':
    'samples cannot be stored and are kept in memory: make room on the disk or see why it refuses',
  'registry-write':
    'events and states of alerts cannot be stored and are kept in memory: make room on the disk or see why it refuses',
  'journal-write':
    'the journal cannot be written: a restart now takes the last minutes from the agents instead',
  'receive-buffer':
    'the kernel gives a small receive buffer, bursts may be lost: set net.core.rmem_max=8388608 with sysctl',
  'kernel-drops': 'the kernel drops datagrams because this machine cannot keep up',
  'agent-twice':
    'two agents speak as one host, and only the one that was started last is taken: stop the other one, or, if one machine was copied from the other, remove /etc/machine-id there, ' +
    'run systemd-machine-id-setup and start its agent again',
  'series-limit':
    'new series of a host are not stored, because it has had 65,536: a label takes ever new values. Leave that metric out where it is made, then forget the host (docs/exporters.md)',
} as const;

/** Hosts that a problem names. */
const NAMES_MAX = 3;

/** The first hosts and how many more there are; undefined when there are none. */
export function namesOf(hosts: readonly string[]): string | undefined {
  if (hosts.length === 0) return undefined;
  const more = hosts.length > NAMES_MAX ? [`${hosts.length - NAMES_MAX} more`] : [];
  return [...hosts.slice(0, NAMES_MAX), ...more].join('; ');
}

type ProblemCode = keyof typeof ADVICE;

export class Problems {
  readonly #log: Log;
  readonly #open = new Map<string, Problem>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param reason undefined ends the problem */
  set(code: ProblemCode, reason: string | undefined, nowMs: number): void {
    const open = this.#open.get(code);
    if (reason !== undefined && !open) {
      const text = `${ADVICE[code]} (${reason})`;
      this.#open.set(code, { code, text, sinceMs: nowMs });
      this.#log.warn('problem', { code, text });
    } else if (reason === undefined && open) {
      this.#open.delete(code);
      this.#log.info('problem-over', { code, seconds: Math.round((nowMs - open.sinceMs) / 1000) });
    }
  }

  list(): readonly Problem[] {
    return [...this.#open.values()];
  }
}
