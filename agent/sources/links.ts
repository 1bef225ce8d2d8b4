import type { SeriesSpec, SourceTable } from '../series.ts';
import type { SourcePorts } from '../source.ts';
import { type FileReader, Scanner } from '../text.ts';

/** Readings of the network source between two looks at the links: they change rarely, and each look opens two files. */
const EVERY_READINGS = 10;

const CARRIER: SeriesSpec = {
  name: 'net_carrier',
  group: 'network',
  title: 'Carrier',
  description: '1 = the link is up',
  type: 'uint',
};
const SPEED: SeriesSpec = {
  name: 'net_speed',
  group: 'network',
  title: 'Link speed',
  units: 'Mbit/s',
  type: 'uint',
};

interface Link {
  readonly carrier: number;
  /** -1 until the driver told a speed: virtual interfaces have none. */
  speed: number;
}

/** Carrier and speed of interfaces, from /sys/class/net. */
export class Links {
  readonly #sys: string;
  readonly #table: SourceTable;
  readonly #reader: FileReader;
  readonly #scanner = new Scanner();
  readonly #links = new Map<string, Link>();
  #countdown = 0;

  constructor({ sys, table, reader }: SourcePorts) {
    this.#sys = sys;
    this.#table = table;
    this.#reader = reader;
  }

  appear(name: string): void {
    const carrier = this.#table.add({ ...CARRIER, labels: { device: name } });
    this.#links.set(name, { carrier, speed: -1 });
    this.#countdown = 0;
  }

  vanish(name: string): void {
    const link = this.#links.get(name);
    if (!link) return;
    this.#links.delete(name);
    this.#table.remove(link.carrier);
    this.#table.remove(link.speed);
  }

  read(): void {
    this.#countdown -= 1;
    if (this.#countdown > 0) return;
    this.#countdown = EVERY_READINGS;
    for (const [name, link] of this.#links) this.#show(name, link);
  }

  #show(name: string, link: Link): void {
    const { numbers } = this.#table;
    // Reading the carrier of an interface that is set down fails with EINVAL: no carrier.
    numbers[link.carrier] = this.#number(name, 'carrier') === 1 ? 1 : 0;
    const speed = this.#number(name, 'speed');
    if (!(speed > 0)) {
      if (link.speed >= 0) numbers[link.speed] = Number.NaN;
      return;
    }
    if (link.speed < 0) link.speed = this.#table.add({ ...SPEED, labels: { device: name } });
    this.#table.numbers[link.speed] = speed;
  }

  #number(name: string, attribute: string): number {
    try {
      this.#scanner.start(this.#reader.readOnce(`${this.#sys}/class/net/${name}/${attribute}`));
      return this.#scanner.number();
    } catch {
      return Number.NaN;
    }
  }
}
