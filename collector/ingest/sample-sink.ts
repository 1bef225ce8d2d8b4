/** The way of samples: out of a datagram into the host's rows in memory, or into a stored block when they come late. */

import { LIMITS } from '../../wire/metric.ts';
import type { PacketErrorCode } from '../../wire/packet.ts';
import {
  readSamples,
  readSamplesHead,
  type SamplesHead,
  type ValueTable,
} from '../../wire/samples.ts';
import type { XdrReader } from '../../wire/xdr.ts';
import { type Archive, blockStart } from '../archive/layout.ts';
import { type HostRows, ROWS } from '../hosts/host-rows.ts';
import type { HostMessage } from '../hosts/messages.ts';
import type { SampleWriter } from '../store/sample-writer.ts';
import type { Counters } from './counters.ts';
import type { IngestHost } from './ingest-host.ts';
import type { IngestHosts } from './ingest-hosts.ts';
import { LateRows } from './late-rows.ts';
import type { Recovery } from './recovery.ts';

/** Seconds after its end at which a block is stored: what comes later has to open it again. */
export const GRACE_SECONDS = 10;
/** Ticks that agents keep. */
const HISTORY_TICKS = 900;
/** Clock offsets are kept to this many milliseconds: finer is noise of the network. */
const OFFSET_STEP_MS = 10;

export interface SampleSinkParts {
  readonly hosts: IngestHosts;
  readonly recovery: Recovery;
  readonly writer: SampleWriter;
  readonly counters: Counters;
  readonly finest: Archive;
  readonly publish: (message: HostMessage) => void;
  /** Values of `second` have come. */
  readonly onValues: (second: number, nowMs: number) => void;
}

export class SampleSink {
  readonly #parts: SampleSinkParts;
  readonly #late: LateRows;
  readonly #head: SamplesHead = { schema: 0, tick: 0, first: 0, count: 0 };
  /** Values are decoded here first, so that a bad datagram leaves no trace in the host's rows. */
  readonly #scratch: ValueTable = {
    numbers: new Float64Array(LIMITS.metricsPerHost),
    strings: [],
  };
  readonly #places = new Int32Array(ROWS);
  readonly #columns: Float64Array[] = [];

  constructor(parts: SampleSinkParts) {
    this.#parts = parts;
    this.#late = new LateRows(parts.finest, (host, start, columns) =>
      parts.writer.put(host, start, columns),
    );
  }

  /** A SAMPLES body that has just come. */
  take(
    host: IngestHost,
    reader: XdrReader,
    at: { timeMs: number; receivedMs: number; isReplay: boolean },
  ): PacketErrorCode | 'schema-unknown' | undefined {
    const head = this.#head;
    readSamplesHead(reader, head);
    if (reader.error !== undefined) return reader.error;
    const { timeline } = host;
    const newestBefore = timeline.newestTick;
    const error = this.#decode(host, reader);
    if (error !== undefined && error !== 'schema-unknown') return error;
    const { tick } = head;
    const second = timeline.arrive({ tick, timeMs: at.timeMs, receivedMs: at.receivedMs });
    this.#noteGaps(host, { tick, second, newestBefore, nowMs: at.receivedMs });
    if (error) {
      host.missing.add(tick);
      this.#parts.recovery.wantSchema(host, { boot: host.boot, nowMs: at.receivedMs });
      return error;
    }
    this.#parts.counters.samples += head.count;
    if (!at.isReplay) this.#parts.counters.lag.add(at.receivedMs - second * 1000);
    const isStored = at.isReplay && this.#isStored(host, second);
    if (!isStored) this.#place(host, second, at.receivedMs);
    if (tick > newestBefore) this.#noteTexts(host);
    return undefined;
  }

  /** A SAMPLES body out of the host's history. */
  takeLate(
    host: IngestHost,
    reader: XdrReader,
    { timeMs, receivedMs }: { timeMs: number; receivedMs: number },
  ): PacketErrorCode | 'schema-unknown' | undefined {
    const head = this.#head;
    readSamplesHead(reader, head);
    if (reader.error !== undefined) return reader.error;
    const second = host.timeline.recall(head.tick, timeMs);
    if (second === undefined || !host.missing.has(head.tick)) return undefined;
    const error = this.#decode(host, reader);
    if (error !== undefined) return error;
    this.#parts.counters.backfilled += head.count;
    this.#place(host, second, receivedMs);
    return undefined;
  }

  #decode(host: IngestHost, reader: XdrReader): PacketErrorCode | 'schema-unknown' | undefined {
    if (this.#head.schema !== host.layout.schema) return 'schema-unknown';
    return readSamples(reader, this.#head, host.layout.types, this.#scratch);
  }

  /** Puts the decoded values where their second is kept, and counts the tick as complete when all of them are there. */
  #place(host: IngestHost, second: number, nowMs: number): void {
    const { tick } = this.#head;
    const nowS = Math.floor(nowMs / 1000);
    // After a standstill, rows are about to be used again that are not stored yet.
    if (second >= host.closedUntil + ROWS) this.closeDue(host, nowS);
    const inMemory = second > nowS - ROWS && second < nowS + ROWS / 2;
    if (inMemory) this.#placeInRow(host, second);
    this.#parts.hosts.arrivals.note(second);
    if (!inMemory || second < host.closedUntil) {
      this.#late.add({ host: host.number, second, nowMs }, this.#valuesById(host));
    }
    this.#parts.onValues(second, nowMs);
    const wanted = tick >= host.grownAtTick ? host.layout.types.length : 1;
    if (!host.parts.add(tick, this.#head, wanted)) return;
    host.missing.delete(tick);
    const { states } = this.#parts.hosts;
    if (inMemory && second > states.second(host.number)) states.setSecond(host.number, second);
  }

  #placeInRow(host: IngestHost, second: number): void {
    const { rows, slots } = host.layout;
    const { first, count } = this.#head;
    const { numbers } = this.#scratch;
    const row = rows.open(second);
    for (let index = first; index < first + count; index += 1) {
      const slot = slots[index] ?? -1;
      if (slot >= 0) rows.set(row, slot, numbers[index] ?? Number.NaN);
    }
    if (first === 0) this.#placeOwn(host, row);
  }

  #placeOwn(host: IngestHost, row: number): void {
    const { states } = this.#parts.hosts;
    const offsetMs = Math.round(host.timeline.offsetMs / OFFSET_STEP_MS) * OFFSET_STEP_MS;
    states.setClockOffsetMs(host.number, offsetMs);
    const slot = host.layout.ownSlot;
    if (slot >= 0) host.layout.rows.set(row, slot, offsetMs / 1000);
  }

  *#valuesById(host: IngestHost): Generator<[number, number]> {
    const { first, count } = this.#head;
    for (let index = first; index < first + count; index += 1) {
      const id = host.layout.idAt(index) ?? -1;
      if (id >= 0) yield [id, this.#scratch.numbers[index] ?? Number.NaN];
    }
  }

  #isStored(host: IngestHost, second: number): boolean {
    if (second >= host.closedUntil) return false;
    const start = blockStart(this.#parts.finest, host.number, second);
    return this.#parts.writer.has(host.number, start);
  }

  /** Ticks between the newest one and this one are missing, as is the newest one when not all of its values came. */
  #noteGaps(
    host: IngestHost,
    at: { tick: number; second: number; newestBefore: number; nowMs: number },
  ): void {
    const { tick, second, newestBefore } = at;
    if (tick <= newestBefore) return;
    if (host.parts.has(newestBefore)) host.missing.add(newestBefore);
    const oldest = newestBefore >= 0 ? newestBefore + 1 : tick - (second - host.knownUntil);
    for (let gap = Math.max(oldest, tick - HISTORY_TICKS, 0); gap < tick; gap += 1) {
      host.missing.add(gap);
    }
    this.#parts.recovery.note(host, at.nowMs);
  }

  #noteTexts(host: IngestHost): void {
    const { first, count } = this.#head;
    for (const index of host.layout.texts) {
      if (index < first || index >= first + count) continue;
      const text = this.#scratch.strings[index];
      const series = host.layout.idAt(index) ?? -1;
      if (series < 0 || host.texts.get(series) === text) continue;
      if (text === undefined) host.texts.delete(series);
      else host.texts.set(series, text);
      this.#parts.publish({ kind: 'text', number: host.number, series, text });
    }
  }

  /** Stores all that memory has and that is not stored yet, because that memory is about to go. */
  store(host: IngestHost): void {
    const { spanSeconds } = this.#parts.finest;
    const { rows } = host.layout;
    let newest = 0;
    for (let place = 0; place < ROWS; place += 1) newest = Math.max(newest, rows.secondAt(place));
    for (let start = host.closedUntil; start <= newest; start += spanSeconds)
      this.#put(host, start);
  }

  /** Stores a row of memory again that changed after its block was stored. */
  storeRow(host: IngestHost, second: number, nowMs: number): void {
    const { rows } = host.layout;
    const row = rows.find(second);
    if (row < 0 || second >= host.closedUntil) return;
    const values = [...host.layout.placed()].map(
      ([id, slot]) => [id, rows.get(row, slot)] as const,
    );
    this.#late.add({ host: host.number, second, nowMs }, values);
  }

  /** Stores the blocks of a host that ended `GRACE_SECONDS` ago or earlier. */
  closeDue(host: IngestHost, nowS: number): void {
    const { spanSeconds } = this.#parts.finest;
    while (host.closedUntil + spanSeconds + GRACE_SECONDS <= nowS) {
      this.#put(host, host.closedUntil);
      host.closedUntil += spanSeconds;
    }
  }

  #put(host: IngestHost, start: number): void {
    const { finest, writer } = this.#parts;
    const { rows } = host.layout;
    const columns = new Map<number, Float64Array>();
    const places = this.#places.subarray(0, finest.rowsPerBlock);
    let any = false;
    for (let row = 0; row < places.length; row += 1) {
      const place = rows.find(start + row);
      places[row] = place;
      any ||= place >= 0;
    }
    if (any) {
      for (const [id, slot] of host.layout.placed()) {
        columns.set(id, gather(rows, places, slot, this.#column(columns.size)));
      }
    }
    writer.put(host.number, start, columns);
  }

  /** Memory for a column of a block, used again for each block. */
  #column(index: number): Float64Array {
    const known = this.#columns[index];
    if (known) return known;
    const column = new Float64Array(this.#parts.finest.rowsPerBlock);
    this.#columns.push(column);
    return column;
  }

  /** Writes late rows that have waited long enough; all of them with `nowMs` = Infinity. */
  flushLate(nowMs: number): void {
    this.#late.flush(nowMs);
  }
}

/** The values of one slot, row after row. @param places what `rows.find` gave, -1 = no such row */
function gather(
  rows: HostRows,
  places: Int32Array,
  slot: number,
  into: Float64Array,
): Float64Array {
  for (let row = 0; row < places.length; row += 1) {
    const place = places[row] ?? -1;
    into[row] = place < 0 ? Number.NaN : rows.get(place, slot);
  }
  return into;
}
