import { readdirSync, readFileSync } from 'node:fs';
import { Elapsed, round1 } from '../rate.ts';
import type { SourceTable } from '../series.ts';
import type { SourcePorts } from '../source.ts';
import { type FileReader, KeptFile, Scanner } from '../text.ts';

interface Zone {
  readonly file: KeptFile;
  readonly index: number;
  /** Microjoules at which the counter starts again from 0. */
  readonly range: number;
  before: number;
}

/** `intel-rapl:0` is a package, `intel-rapl:0:1` a part of it; AMD's counters have the same names. */
const ZONE = /^intel-rapl:\d+(:\d+)?$/;

/** Power by the processor's own energy counters, from /sys/class/powercap. Source: Documentation/power/powercap/powercap.rst. */
export class RaplZones {
  readonly #folder: string;
  readonly #table: SourceTable;
  readonly #reader: FileReader;
  readonly #scanner = new Scanner();
  readonly #elapsed: Elapsed;
  readonly #zones = new Map<string, Zone>();

  constructor({ sys, table, reader, monotonicMs }: SourcePorts) {
    this.#folder = `${sys}/class/powercap`;
    this.#table = table;
    this.#reader = reader;
    this.#elapsed = new Elapsed(monotonicMs);
  }

  /** Adds zones that are not known yet and can be read: since 2020 only root may. */
  search(): void {
    for (const folder of this.#folders()) {
      if (this.#zones.has(folder)) continue;
      const path = `${this.#folder}/${folder}`;
      try {
        const range = Number(readFileSync(`${path}/max_energy_range_uj`, 'latin1'));
        readFileSync(`${path}/energy_uj`);
        const file = new KeptFile(`${path}/energy_uj`, this.#reader);
        const labels = { chip: 'rapl', sensor: this.#nameOf(folder) };
        const index = this.#table.add({
          name: 'power',
          group: 'sensors',
          title: 'Power',
          units: 'W',
          labels,
        });
        this.#zones.set(folder, { file, index, range, before: Number.NaN });
      } catch {
        // Not ours to read: no series.
      }
    }
  }

  read(): void {
    const seconds = this.#elapsed.next();
    for (const zone of this.#zones.values()) {
      this.#scanner.start(zone.file.read());
      const now = this.#scanner.number();
      const growth = now >= zone.before ? now - zone.before : now - zone.before + zone.range;
      zone.before = now;
      this.#table.numbers[zone.index] = round1(growth / seconds / 1e6);
    }
  }

  close(): void {
    for (const { file } of this.#zones.values()) file.close();
  }

  #folders(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => ZONE.test(name));
    } catch {
      return [];
    }
  }

  /** `package-0`, or `package-0/dram` for a part. */
  #nameOf(folder: string): string {
    const name = (zone: string) => readFileSync(`${this.#folder}/${zone}/name`, 'latin1').trim();
    const parent = /^(intel-rapl:\d+):\d+$/.exec(folder)?.[1];
    return parent === undefined ? name(folder) : `${name(parent)}/${name(folder)}`;
  }
}
