/**
 * Hosts as which two agents speak at the same time: an agent that runs twice, or machines with a copied /etc/machine-id. Only the agent
 * that was started last is taken.
 */
import type { IngestHost } from './ingest-host.ts';
import { namesOf } from './problems.ts';

/** So long after the last datagram of the other agent the page still says so. */
const SHOWN_MS = 60_000;

interface Twin {
  /** Of the agent that is not taken. */
  readonly address: string;
  readonly atMs: number;
}

export class Twins {
  readonly #seen = new Map<IngestHost, Twin>();

  note(host: IngestHost, twin: Twin): void {
    this.#seen.set(host, twin);
  }

  /** @returns `n001: 10.0.0.5 and 10.0.0.6`; undefined when there are none */
  text(nowMs: number): string | undefined {
    const names: string[] = [];
    for (const [host, { address, atMs }] of this.#seen) {
      if (Math.abs(nowMs - atMs) > SHOWN_MS) this.#seen.delete(host);
      else names.push(`${host.name}: ${host.address} and ${address}`);
    }
    return namesOf(names);
  }
}
