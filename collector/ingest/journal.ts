/**
 * The datagrams of the last minutes, appended to files, so that a collector that was killed gets back what was only in memory. One
 * file a minute; a file is deleted when the blocks of its time are stored. Nothing is synced to the disk: the journal is for
 * a process that dies, the agents' history for a machine that loses power.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../base/errors.ts';

const SEGMENT_SECONDS = 60;
/** Bytes that are collected before they are written early. */
const BUFFER_SIZE = 1 << 20;
/** Before each datagram: its length in 4 bytes, when it came in 8 bytes, milliseconds since the epoch; little-endian. */
const HEAD_SIZE = 12;
const SUFFIX = '.journal';

export class Journal {
  readonly #folder: string;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE);
  #used = 0;
  #file: { readonly segment: number; readonly handle: number } | undefined;
  #segment = 0;
  /** Files of earlier segments are deleted. */
  #keptFrom = 0;
  #failure: string | undefined;

  /** Makes the folder if it is not there. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Why the last write failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  append(datagram: Uint8Array, receivedMs: number): void {
    const segment = segmentOf(receivedMs);
    const size = HEAD_SIZE + datagram.length;
    if (segment !== this.#segment || this.#used + size > BUFFER_SIZE) {
      this.flush();
      this.#segment = segment;
    }
    this.#buffer.writeUInt32LE(datagram.length, this.#used);
    this.#buffer.writeDoubleLE(receivedMs, this.#used + 4);
    this.#buffer.set(datagram, this.#used + HEAD_SIZE);
    this.#used += size;
  }

  /** Writes what was appended. What the disk refuses is gone: the agents still have it. */
  flush(): void {
    if (this.#used === 0) return;
    try {
      const handle = this.#open(this.#segment);
      for (let at = 0; at < this.#used; ) {
        at += writeSync(handle, this.#buffer, at, this.#used - at);
      }
      this.#failure = undefined;
    } catch (error) {
      this.#failure = reasonOf(error);
      // A record that was cut off would hide the ones after it.
      this.#close();
      this.#segment = 0;
    }
    this.#used = 0;
  }

  #open(segment: number): number {
    if (this.#file?.segment === segment) return this.#file.handle;
    this.#close();
    // Never appended to a file of an earlier process, which may end inside a record.
    for (let part = 0; ; part += 1) {
      const name = `${segment}-${part}${SUFFIX}`;
      try {
        const handle = openSync(join(this.#folder, name), 'wx', 0o600);
        this.#file = { segment, handle };
        return handle;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  #close(): void {
    if (this.#file) closeSync(this.#file.handle);
    this.#file = undefined;
  }

  /** Deletes the files whose datagrams all came before `second`. */
  dropBefore(second: number): void {
    const keptFrom = Math.floor(second / SEGMENT_SECONDS);
    if (keptFrom === this.#keptFrom) return;
    this.#keptFrom = keptFrom;
    for (const { name, segment } of this.#segments()) {
      if (segment < keptFrom) rmSync(join(this.#folder, name), { force: true });
    }
  }

  /** Deletes everything. */
  clear(): void {
    this.#used = 0;
    this.#close();
    this.#segment = 0;
    this.#keptFrom = 0;
    for (const { name } of this.#segments()) rmSync(join(this.#folder, name), { force: true });
  }

  /**
   * Every datagram that is in the files, in the order in which they came. A record that is cut off ends its file, as does one of another
   * minute: after a loss of power some file systems give back zeros.
   */
  *read(): Generator<{ readonly datagram: Uint8Array; readonly receivedMs: number }> {
    for (const { name, segment } of this.#segments()) {
      const bytes = readFileSync(join(this.#folder, name));
      for (let at = 0; at + HEAD_SIZE <= bytes.length; ) {
        const end = at + HEAD_SIZE + bytes.readUInt32LE(at);
        const receivedMs = bytes.readDoubleLE(at + 4);
        if (end > bytes.length || segmentOf(receivedMs) !== segment) break;
        yield { datagram: bytes.subarray(at + HEAD_SIZE, end), receivedMs };
        at = end;
      }
    }
  }

  #segments(): { name: string; segment: number; part: number }[] {
    return readdirSync(this.#folder)
      .flatMap((name) => {
        const match = /^(\d+)-(\d+)\.journal$/.exec(name);
        return match ? [{ name, segment: Number(match[1]), part: Number(match[2]) }] : [];
      })
      .sort((a, b) => a.segment - b.segment || a.part - b.part);
  }

  close(): void {
    this.flush();
    this.#close();
  }
}

function segmentOf(receivedMs: number): number {
  return Math.floor(receivedMs / 1000 / SEGMENT_SECONDS);
}
