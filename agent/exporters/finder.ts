import type { Probe } from '../probe.ts';
import type { SourceTable } from '../series.ts';
import { scrape } from './scrape.ts';
import type { WellKnown } from './well-known.ts';

export interface FinderPorts {
  readonly table: SourceTable;
  readonly candidates: readonly WellKnown[];
  readonly found: (exporter: WellKnown, url: string) => void;
}

/** Looks for exporters on the well-known ports of loopback. A port where something else answers is not asked again. */
export class Finder implements Probe {
  readonly name = 'exporters';
  readonly everySeconds = 60;
  readonly timeoutSeconds = 30;
  readonly table: SourceTable;
  readonly #found: FinderPorts['found'];
  readonly #wanted: Set<WellKnown>;

  constructor({ table, candidates, found }: FinderPorts) {
    this.table = table;
    this.#found = found;
    this.#wanted = new Set(candidates);
  }

  async run(signal: AbortSignal): Promise<void> {
    for (const exporter of this.#wanted) {
      const url = `http://127.0.0.1:${exporter.port}/metrics`;
      const answer = await whatAnswers(url, exporter.prefix, signal);
      signal.throwIfAborted();
      if (answer === 'nothing') continue;
      this.#wanted.delete(exporter);
      if (answer === 'the exporter') this.#found(exporter, url);
    }
  }
}

async function whatAnswers(
  url: string,
  prefix: string,
  signal: AbortSignal,
): Promise<'nothing' | 'something else' | 'the exporter'> {
  let has = false;
  try {
    await scrape(url, (series) => (has ||= series.startsWith(prefix)), signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'nothing' : 'something else';
  }
  return has ? 'the exporter' : 'something else';
}
