/** The history that bench/query.ts asks for, the same values for every peer: written into our archives while no collector runs, and sent to the peers. */
import type Database from 'better-sqlite3';
import { type Archive, blockStart } from '../collector/archive/layout.ts';
import { openSamples } from '../collector/store/block-store.ts';
import { SampleWriter } from '../collector/store/sample-writer.ts';
import type { Metric } from '../wire/metric.ts';
import type { Peer } from './ingest-peers.ts';
import { SIMULATED_METRICS, SimulatedHost } from './simulated-host.ts';

const METRICS = SIMULATED_METRICS.length;
const SEED = 2;
/** The first host has a month of one value in five minutes, an hour of one a second. */
export const LONG_SECONDS = 3600;
const MONTH_STEP_SECONDS = 300;
/** Fewer than the finest archive keeps of one host: a flush folds what is still there. */
const FLUSH_VALUES = 500_000;
export const MONTH_SECONDS = 30 * 86_400;

export interface History {
  readonly hosts: number;
  /** Of all hosts: the last so many seconds. */
  readonly seconds: number;
  /** Exclusive; seconds since the epoch. */
  readonly endS: number;
}

/** Every second of the history: of the first host alone at first, then of all. The array is used again. */
function* secondsOf({ hosts, seconds, endS }: History): Generator<[number, Float64Array]> {
  const simulated = Array.from({ length: hosts }, (_, index) => new SimulatedHost(index, SEED));
  const values = new Float64Array(hosts * METRICS);
  const one = values.subarray(0, METRICS);
  const step = (count: number) => {
    for (let host = 0; host < count; host += 1)
      simulated[host]?.step(values.subarray(host * METRICS, (host + 1) * METRICS));
  };
  for (
    let second = endS - MONTH_SECONDS;
    second < endS - LONG_SECONDS;
    second += MONTH_STEP_SECONDS
  ) {
    step(1);
    yield [second, one];
  }
  for (let second = endS - LONG_SECONDS; second < endS; second += 1) {
    const isOfAll = second >= endS - seconds;
    step(isOfAll ? hosts : 1);
    yield [second, isOfAll ? values : one];
  }
}

export async function feed(peer: Peer, history: History): Promise<void> {
  for (const [second, values] of secondsOf(history)) await peer.write(second, values);
}

/** Fills the archives of a collector that knows the hosts already and does not run. A value of the month stands for all of its seconds. */
export function writeArchives(file: string, archives: readonly Archive[], history: History): void {
  const database = openSamples(file, archives);
  const writer = new SampleWriter(database, archives);
  const finest = archives[0] as Archive;
  const hosts = storedHosts(database).slice(0, history.hosts);
  const blocks = hosts.map((host) => new OpenBlock(host, finest, writer));
  let written = 0;
  for (const [second, values] of secondsOf(history)) {
    const repeats = second < history.endS - LONG_SECONDS ? MONTH_STEP_SECONDS : 1;
    for (let host = 0; host < values.length / METRICS; host += 1) {
      const row = values.subarray(host * METRICS, (host + 1) * METRICS);
      for (let at = second; at < second + repeats; at += 1) blocks[host]?.set(at, row);
    }
    written += values.length * repeats;
    if (written < FLUSH_VALUES) continue;
    writer.flush();
    written = 0;
  }
  for (const block of blocks) block.put();
  if (!writer.flush()) throw new Error(writer.failure);
  database.close();
}

interface StoredHost {
  readonly number: number;
  /** By metric as simulated: the id of its series. */
  readonly ids: readonly number[];
}

function storedHosts(database: Database.Database): StoredHost[] {
  const metrics = new Map(
    (
      database.prepare('SELECT number, definition FROM metric').all() as {
        number: number;
        definition: string;
      }[]
    ).map(({ number, definition }) => [number, (JSON.parse(definition) as Metric).name]),
  );
  const rows = database
    .prepare('SELECT number, series FROM host WHERE number > 0 ORDER BY name')
    .all() as {
    number: number;
    series: string;
  }[];
  return rows
    .map(({ number, series }) => {
      const names = (JSON.parse(series) as number[]).map((metric) => metrics.get(metric));
      return { number, ids: SIMULATED_METRICS.map(({ name }) => names.indexOf(name)) };
    })
    .filter(({ ids }) => ids.every((id) => id >= 0));
}

/** The block of a host that is being filled. */
class OpenBlock {
  readonly #host: StoredHost;
  readonly #finest: Archive;
  readonly #writer: SampleWriter;
  readonly #columns: Map<number, Float64Array>;
  #start = 0;

  constructor(host: StoredHost, finest: Archive, writer: SampleWriter) {
    this.#host = host;
    this.#finest = finest;
    this.#writer = writer;
    const ids = [...host.ids].sort((a, b) => a - b);
    this.#columns = new Map(
      ids.map((id) => [id, new Float64Array(finest.rowsPerBlock).fill(Number.NaN)]),
    );
  }

  set(second: number, values: Float64Array): void {
    const start = blockStart(this.#finest, this.#host.number, second);
    if (start !== this.#start) {
      this.put();
      this.#start = start;
    }
    for (const [metric, id] of this.#host.ids.entries()) {
      const column = this.#columns.get(id) as Float64Array;
      column[second - start] = values[metric] as number;
    }
  }

  put(): void {
    if (this.#start > 0) this.#writer.put(this.#host.number, this.#start, this.#columns);
    for (const column of this.#columns.values()) column.fill(Number.NaN);
  }
}
