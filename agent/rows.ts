/** One named thing of a file with a line each: a disk, an interface, a CPU. */
export interface Row {
  readonly name: string;
  readonly nameBytes: Buffer;
  /** The numbers of its line, as the file's parser orders them. */
  readonly now: Float64Array;
  /** Those of the reading before; NaN when there was none. */
  readonly before: Float64Array;
  /** Indexes of its series, in the order of the source; empty when the source does not want this row. */
  series: readonly number[];
  /** Number of the reading in which it was last met. */
  metAt: number;
}

export interface RowEvents {
  /** A row that was not there before. @returns indexes of its series */
  appear(name: string): readonly number[];
  vanish(row: Row): void;
}

/**
 * Rows that are kept from reading to reading. Lines nearly always come in the order of the last reading, so a row is found by
 * comparing bytes with the one expected next; no text is made of a name that is known.
 */
export class Rows {
  readonly #columns: number;
  readonly #events: RowEvents;
  readonly #byName = new Map<string, Row>();
  readonly #order: Row[] = [];
  #cursor = 0;
  #reading = 0;

  constructor(columns: number, events: RowEvents) {
    this.#columns = columns;
    this.#events = events;
  }

  /** In the order of the last reading. */
  get all(): readonly Row[] {
    return this.#order;
  }

  begin(): void {
    this.#reading += 1;
    this.#cursor = 0;
  }

  /** The row whose name is bytes `from` to `to` (not included); its `now` has become `before`. */
  next(bytes: Buffer, from: number, to: number): Row {
    let row = this.#order[this.#cursor];
    if (row === undefined || !isNamed(row, bytes, from, to)) {
      row = this.#find(bytes.toString('latin1', from, to));
      this.#order[this.#cursor] = row;
    }
    this.#cursor += 1;
    row.metAt = this.#reading;
    row.before.set(row.now);
    return row;
  }

  /** Lets go of the rows that this reading did not meet. */
  end(): void {
    this.#order.length = this.#cursor;
    if (this.#byName.size === this.#cursor) return;
    for (const row of this.#byName.values()) {
      if (row.metAt === this.#reading) continue;
      this.#byName.delete(row.name);
      this.#events.vanish(row);
    }
  }

  #find(name: string): Row {
    const known = this.#byName.get(name);
    if (known) return known;
    const row: Row = {
      name,
      nameBytes: Buffer.from(name, 'latin1'),
      now: new Float64Array(this.#columns).fill(Number.NaN),
      before: new Float64Array(this.#columns),
      series: this.#events.appear(name),
      metAt: 0,
    };
    this.#byName.set(name, row);
    return row;
  }
}

function isNamed({ nameBytes }: Row, bytes: Buffer, from: number, to: number): boolean {
  if (nameBytes.length !== to - from) return false;
  for (let index = 0; index < nameBytes.length; index += 1) {
    if (nameBytes[index] !== bytes[from + index]) return false;
  }
  return true;
}
