import { type AgentKey, isSealed } from '../base/authentication.ts';
import type { Cancel, Clock } from '../base/clock.ts';
import {
  BACKFILL_HEAD_SIZE,
  type BackfillRow,
  backfillRowSize,
  type Request,
  ROWS_MAX,
  readRequest,
  writeBackfill,
} from '../wire/control.ts';
import {
  bodyReader,
  emptyHeader,
  KINDS,
  NONCE_SIZE,
  PacketError,
  readHeader,
  TAG_SIZE,
} from '../wire/packet.ts';
import { XdrReader } from '../wire/xdr.ts';
import type { Datagrams } from './datagrams.ts';
import type { History } from './history.ts';
import type { Publisher } from './publisher.ts';
import type { SeriesTable } from './series.ts';
import type { Target } from './target.ts';

/** Datagrams a second that answers may take in all: 15 minutes of a common host go over in 20 seconds. */
const PER_SECOND = 50;
const SPACING_MS = 1000 / PER_SECOND;
/** Answers that wait at the same time; more requests are not heard. */
const WAITING_MAX = 8;
/** Nonces that are remembered, so that a recorded request is not answered again. */
const NONCES_MAX = 256;
/** First answers come within this time, at random: one lost burst makes a collector ask a thousand agents at once. */
const START_WITHIN_MS = 200;

export interface ResponderPorts {
  readonly clock: Clock;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
  readonly sendTo: (target: Target, datagram: Buffer) => void;
}

export interface ResponderParts {
  readonly agent: string;
  readonly boot: number;
  readonly key: AgentKey | undefined;
  readonly table: SeriesTable;
  readonly datagrams: Datagrams;
  readonly history: History;
  readonly publisher: Publisher;
}

/** Answers REQUESTs out of the history: verified, at a bounded rate, one datagram at a time. */
export class Responder {
  readonly #parts: ResponderParts;
  readonly #ports: ResponderPorts;
  readonly #header = emptyHeader();
  readonly #nonces = new Set<string>();
  /** One entry for each request that is being answered, the first one at work. */
  readonly #waiting: { readonly to: Target; readonly answers: Iterator<Buffer> }[] = [];
  #cancel: Cancel | undefined;

  constructor(parts: ResponderParts, ports: ResponderPorts) {
    this.#parts = parts;
    this.#ports = ports;
  }

  /** Takes any datagram; what is not a sound request to this agent is passed over in silence. */
  receive(datagram: Buffer, from: Target): void {
    const request = this.#requestIn(datagram);
    if (request === undefined || this.#waiting.length >= WAITING_MAX) return;
    if (!this.#isNew(Buffer.from(request.nonce).toString('latin1'))) return;
    this.#waiting.push({ to: from, answers: this.#answers(request) });
    this.#cancel ??= this.#ports.clock.after(this.#ports.random() * START_WITHIN_MS, () =>
      this.#sendNext(),
    );
  }

  close(): void {
    this.#cancel?.();
    this.#waiting.length = 0;
  }

  #requestIn(datagram: Buffer): Request | undefined {
    const { agent, boot, key } = this.#parts;
    const header = this.#header;
    if (readHeader(new XdrReader(datagram), header) !== undefined) return undefined;
    if (header.kind !== KINDS.request || header.agent !== agent || header.boot !== boot) {
      return undefined;
    }
    if (key ? !isSealed(datagram, key) : !endsInZeros(datagram)) return undefined;
    try {
      return readRequest(bodyReader(datagram));
    } catch (error) {
      if (error instanceof PacketError) return undefined;
      throw error;
    }
  }

  #isNew(nonce: string): boolean {
    if (this.#nonces.has(nonce)) return false;
    this.#nonces.add(nonce);
    if (this.#nonces.size > NONCES_MAX) {
      for (const oldest of this.#nonces) {
        this.#nonces.delete(oldest);
        break;
      }
    }
    return true;
  }

  #sendNext(): void {
    this.#cancel = undefined;
    for (;;) {
      const current = this.#waiting[0];
      if (current === undefined) return;
      const { done, value } = current.answers.next();
      if (!done) {
        this.#ports.sendTo(current.to, value);
        break;
      }
      this.#waiting.shift();
    }
    this.#cancel = this.#ports.clock.after(SPACING_MS, () => this.#sendNext());
  }

  *#answers(request: Request): Generator<Buffer> {
    const { publisher } = this.#parts;
    if (request.wantSchema) yield* publisher.schema(this.#ports.clock.nowMs(), request.nonce);
    yield* this.#backfill(request);
  }

  /** Packs as many rows into each datagram as fit. */
  *#backfill(request: Request): Generator<Buffer> {
    let rows: BackfillRow[] = [];
    let size = BACKFILL_HEAD_SIZE;
    for (const row of this.#rows(request)) {
      const rowSize = backfillRowSize(row);
      const full = size + rowSize > this.#parts.datagrams.bodyMax || rows.length === ROWS_MAX;
      if (full && rows.length > 0) {
        yield this.#datagram(request.nonce, rows);
        rows = [];
        size = BACKFILL_HEAD_SIZE;
      }
      // A body of the history is a view that lasts until the next tick only, and time passes at each `yield`.
      rows.push({ timeMs: row.timeMs, body: row.body.slice() });
      size += rowSize;
    }
    if (rows.length > 0) yield this.#datagram(request.nonce, rows);
  }

  *#rows({ ranges }: Request): Generator<BackfillRow> {
    const { history } = this.#parts;
    for (const { from, to } of ranges) {
      const last = Math.min(to, history.last);
      for (let tick = Math.max(from, history.first); tick <= last; tick += 1) {
        const timeMs = history.timeOf(tick);
        if (timeMs === undefined) continue;
        for (const body of history.bodiesOf(tick)) yield { timeMs, body: this.#current(body) };
      }
    }
  }

  /** The table keeps the order of series, so a row of an earlier schema may call itself one of the present schema. */
  #current(body: Uint8Array): Uint8Array {
    new DataView(body.buffer, body.byteOffset).setUint32(0, this.#parts.table.schema);
    return body;
  }

  #datagram(nonce: Uint8Array, rows: readonly BackfillRow[]): Buffer {
    const { datagrams } = this.#parts;
    const writer = datagrams.begin(KINDS.backfill, this.#ports.clock.nowMs());
    writeBackfill(writer, { nonce: nonce.subarray(0, NONCE_SIZE), rows });
    return datagrams.finish();
  }
}

function endsInZeros(datagram: Uint8Array): boolean {
  return datagram.subarray(-TAG_SIZE).every((byte) => byte === 0);
}
