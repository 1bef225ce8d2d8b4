/** The small datagrams: REQUEST and its answer BACKFILL, EVENT, BYE. */
import { type Labels, LIMITS } from './metric.ts';
import { assertSound, NONCE_SIZE } from './packet.ts';
import { paddedSize, stringSize, type XdrReader, type XdrWriter } from './xdr.ts';

/** From the collector to an agent; the header carries the agent's own id and boot. */
export interface Request {
  /** Comes back in the answers; random, so that an old answer cannot be played again. */
  readonly nonce: Uint8Array;
  /** The agent should send its SCHEMA. */
  readonly wantSchema: boolean;
  /** Ticks that are missing, both ends included; ordered, not overlapping. */
  readonly ranges: readonly TickRange[];
}

export interface TickRange {
  readonly from: number;
  readonly to: number;
}

/** Ranges in one REQUEST. */
export const RANGES_MAX = 128;

export function requestSize(request: Request): number {
  return NONCE_SIZE + 8 + request.ranges.length * 8;
}

export function writeRequest(writer: XdrWriter, request: Request): void {
  writer.fixedOpaque(request.nonce);
  writer.bool(request.wantSchema);
  writer.array(request.ranges, ({ from, to }) => {
    writer.uint(from);
    writer.uint(to);
  });
}

/** @throws PacketError */
export function readRequest(reader: XdrReader): Request {
  const request: Request = {
    nonce: reader.fixedOpaque(NONCE_SIZE).slice(),
    wantSchema: reader.bool(),
    ranges: reader.array(RANGES_MAX, 8, () => ({ from: reader.uint(), to: reader.uint() })),
  };
  assertSound(reader);
  return request;
}

/** One tick out of the agent's history. */
export interface BackfillRow {
  /** When it was sampled, milliseconds since the epoch on the agent's clock. */
  readonly timeMs: number;
  /** A SAMPLES body. */
  readonly body: Uint8Array;
}

export interface Backfill {
  readonly nonce: Uint8Array;
  readonly rows: readonly BackfillRow[];
}

export const BACKFILL_HEAD_SIZE = NONCE_SIZE + 4;
/** Rows in one BACKFILL. */
export const ROWS_MAX = 256;
const ROW_BODY_MAX = 65_000;

export function backfillRowSize(row: BackfillRow): number {
  return 8 + 4 + paddedSize(row.body.length);
}

export function writeBackfill(writer: XdrWriter, backfill: Backfill): void {
  writer.fixedOpaque(backfill.nonce);
  writer.array(backfill.rows, ({ timeMs, body }) => {
    writer.hyperNumber(timeMs);
    writer.opaque(body);
  });
}

/** The rows' bodies are views on the datagram. @throws PacketError */
export function readBackfill(reader: XdrReader): Backfill {
  const backfill: Backfill = {
    nonce: reader.fixedOpaque(NONCE_SIZE).slice(),
    rows: reader.array(ROWS_MAX, 12, () => ({
      timeMs: reader.hyperNumber(),
      body: reader.opaque(ROW_BODY_MAX),
    })),
  };
  assertSound(reader);
  return backfill;
}

/** Something happened on the host: `boot`, `shutdown`, `service-restarted`… Shown on every chart of the host. */
export interface HostEvent {
  readonly kind: string;
  readonly text: string;
  readonly labels: Labels;
}

const EVENT_KIND_MAX = 64;
const EVENT_TEXT_MAX = 512;

export function eventSize(event: HostEvent): number {
  return Object.entries(event.labels).reduce(
    (sum, [name, value]) => sum + stringSize(name) + stringSize(value),
    stringSize(event.kind) + stringSize(event.text) + 4,
  );
}

export function writeEvent(writer: XdrWriter, event: HostEvent): void {
  writer.string(event.kind);
  writer.string(event.text);
  writer.array(Object.entries(event.labels), ([name, value]) => {
    writer.string(name);
    writer.string(value);
  });
}

/** @throws PacketError */
export function readEvent(reader: XdrReader): HostEvent {
  const event: HostEvent = {
    kind: reader.string(EVENT_KIND_MAX),
    text: reader.string(EVENT_TEXT_MAX),
    labels: Object.fromEntries(
      reader.array(LIMITS.labels, 8, () => [
        reader.string(LIMITS.labelName),
        reader.string(LIMITS.labelValue),
      ]),
    ),
  };
  assertSound(reader);
  return event;
}

/** A planned end: the host is then *stopped*, not *down*. */
export interface Bye {
  readonly reason: string;
}

export function writeBye(writer: XdrWriter, bye: Bye): void {
  writer.string(bye.reason);
}

/** @throws PacketError */
export function readBye(reader: XdrReader): Bye {
  const bye = { reason: reader.string(EVENT_TEXT_MAX) };
  assertSound(reader);
  return bye;
}
