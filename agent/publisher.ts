import { type Labels, LIMITS, type ValueType } from '../wire/metric.ts';
import { KINDS } from '../wire/packet.ts';
import {
  SAMPLES_HEAD_SIZE,
  type SamplesHead,
  samplesThatFit,
  writeSamples,
} from '../wire/samples.ts';
import { NO_NONCE, schemaPartSize, splitSchema, writeSchemaPart } from '../wire/schema.ts';
import { paddedSize, XdrWriter } from '../wire/xdr.ts';
import type { Datagrams } from './datagrams.ts';
import type { History } from './history.ts';
import type { SeriesTable } from './series.ts';

/** Offset of the nonce in the body of a SCHEMA: behind the schema number. */
const NONCE_AT = 4;

const VALUE_SIZE_MAX: Readonly<Record<ValueType, number>> = {
  float: 4,
  double: 8,
  int: 4,
  uint: 4,
  hyper: 8,
  uhyper: 8,
  string: 4 + LIMITS.stringValue,
};

export interface Host {
  readonly hostName: string;
  readonly labels: Labels;
  readonly facts: Labels;
}

/** Turns the series table into SAMPLES and SCHEMA datagrams. */
export class Publisher {
  #host: Host;
  readonly #table: SeriesTable;
  readonly #datagrams: Datagrams;
  readonly #history: History;
  readonly #head: SamplesHead = { schema: 0, tick: 0, first: 0, count: 0 };
  /** Bodies of the SCHEMA parts, made when they are first wanted after a change. */
  #schemaBodies: readonly Uint8Array[] = [];
  #schemaOfBodies = -1;
  /** One datagram takes all values whatever they are, as on nearly every host: no need to measure them each second. */
  #fitsAlways = false;
  #schemaOfSize = -1;

  constructor(
    host: Host,
    { table, datagrams, history }: { table: SeriesTable; datagrams: Datagrams; history: History },
  ) {
    this.#host = host;
    this.#table = table;
    this.#datagrams = datagrams;
    this.#history = history;
  }

  /** More facts became known; the next SCHEMA tells them. */
  addFacts(facts: Labels): void {
    this.#host = { ...this.#host, facts: { ...this.#host.facts, ...facts } };
    this.#table.touch();
  }

  /** One tick's values as datagrams, in the order of the schema; their bodies go into the history. */
  samples(tick: number, timeMs: number): Buffer[] {
    const { types, schema } = this.#table;
    const head = this.#head;
    const sizeMax = this.#datagrams.bodyMax;
    if (schema !== this.#schemaOfSize) this.#measure();
    const made: Buffer[] = [];
    head.schema = schema;
    head.tick = tick;
    for (let first = 0; first < types.length; first += head.count) {
      head.first = first;
      head.count = this.#fitsAlways
        ? types.length
        : samplesThatFit(types, this.#table, { first, sizeMax });
      writeSamples(this.#datagrams.begin(KINDS.samples, timeMs), head, types, this.#table);
      this.#history.add(tick, timeMs, this.#datagrams.body());
      made.push(this.#datagrams.finish());
    }
    return made;
  }

  /** @param nonce of the REQUEST that is answered; NO_NONCE when nobody asked */
  *schema(timeMs: number, nonce: Uint8Array = NO_NONCE): Generator<Buffer> {
    if (this.#schemaOfBodies !== this.#table.schema) this.#encodeSchema();
    for (const body of this.#schemaBodies) {
      const writer = this.#datagrams.begin(KINDS.schema, timeMs);
      body.set(nonce, NONCE_AT);
      writer.fixedOpaque(body);
      yield this.#datagrams.finish();
    }
  }

  #measure(): void {
    const sizes = this.#table.metrics.map(({ type }) => VALUE_SIZE_MAX[type]);
    const unknownBits = paddedSize((sizes.length + 7) >> 3);
    const size = sizes.reduce((sum, one) => sum + one, SAMPLES_HEAD_SIZE + unknownBits);
    this.#fitsAlways = size <= this.#datagrams.bodyMax;
    this.#schemaOfSize = this.#table.schema;
  }

  #encodeSchema(): void {
    const { schema, metrics } = this.#table;
    const whole = { schema, nonce: NO_NONCE, metrics, ...this.#host };
    this.#schemaBodies = splitSchema(whole, this.#datagrams.bodyMax).map((part) => {
      const writer = new XdrWriter(new Uint8Array(schemaPartSize(part)));
      writeSchemaPart(writer, part);
      return writer.bytes;
    });
    this.#schemaOfBodies = schema;
  }
}
