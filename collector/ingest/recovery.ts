/** Asking agents for what did not arrive: ticks that are missing and schemas that are not known. */

import { seal } from '../../base/authentication.ts';
import { RANGES_MAX, type Request, requestSize, writeRequest } from '../../wire/control.ts';
import { HEADER_SIZE, KINDS, NONCE_SIZE, TAG_SIZE, writeHeader } from '../../wire/packet.ts';
import { XdrWriter } from '../../wire/xdr.ts';
import type { IngestHost } from './ingest-host.ts';

/** A tick that is this late is not just behind another one. */
const PATIENCE_MS = 1200;
/** Added at random, because all agents of a lost burst are asked at once. */
const JITTER_MS = 800;
/** Wait for an answer, doubled with each that does not come. */
const WAIT_MS_MIN = 1500;
const WAIT_MS_MAX = 8000;
/** An agent answers with about so many ticks a second (50 datagrams). */
const TICKS_PER_SECOND = 100;
/** Requests for more ticks than this are large: so many of them start in one second, which bounds the answers to 10,000/s. */
const LARGE_TICKS = 30;
const LARGE_PER_SECOND = 20;
/** Ticks older than this are given up: agents keep 15 minutes. */
const GIVE_UP_TICKS = 900;

export interface RecoveryPorts {
  readonly send: (datagram: Uint8Array, to: { address: string; port: number }) => void;
  /** Random bytes. */
  readonly nonce: (size: number) => Uint8Array;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
}

export class Recovery {
  readonly #ports: RecoveryPorts;
  readonly #waiting = new Set<IngestHost>();
  #sequence = 0;
  /** Ticks that were given up since the start. */
  lost = 0;

  constructor(ports: RecoveryPorts) {
    this.#ports = ports;
  }

  /** Ticks that are missing and still asked for. */
  get gaps(): number {
    let sum = 0;
    for (const host of this.#waiting) sum += host.missing.size;
    return sum;
  }

  /** True while a host that is up has still to give ticks that are more than `seconds` older than its newest. */
  isBehind(seconds: number): boolean {
    for (const host of this.#waiting) {
      const [oldest] = host.missing.ranges(1);
      const limit = host.timeline.newestTick - seconds;
      if (host.state === 'up' && oldest !== undefined && oldest.from < limit) return true;
    }
    return false;
  }

  /** To be called when ticks of the host may be missing. */
  note(host: IngestHost, nowMs: number): void {
    if (host.missing.size === 0 || this.#waiting.has(host)) return;
    this.#waiting.add(host);
    host.askWaitMs = WAIT_MS_MIN;
    host.askAtMs = nowMs + PATIENCE_MS + this.#ports.random() * JITTER_MS;
  }

  /** The clock was set: what is due at a time of the old one is due now. */
  restart(nowMs: number): void {
    for (const host of this.#waiting) {
      host.askWaitMs = WAIT_MS_MIN;
      host.askAtMs = nowMs + this.#ports.random() * JITTER_MS;
    }
  }

  /** Asks for the schema, at once the first time. @param boot to which the request is addressed */
  wantSchema(host: IngestHost, { boot, nowMs }: { boot: number; nowMs: number }): void {
    if (host.wantsSchema && nowMs < host.askAtMs) return;
    host.wantsSchema = true;
    host.schemaBoot = boot;
    if (!this.#waiting.has(host)) host.askWaitMs = WAIT_MS_MIN;
    this.#waiting.add(host);
    this.#ask(host, nowMs);
  }

  haveSchema(host: IngestHost): void {
    host.wantsSchema = false;
  }

  /** An answer came: the next question, if any is left, need not wait long. */
  answered(host: IngestHost, nowMs: number): void {
    host.askWaitMs = WAIT_MS_MIN;
    // The rest of this answer is still under way.
    host.askAtMs = nowMs + WAIT_MS_MIN + this.#ports.random() * JITTER_MS;
  }

  /** Sends the requests that are due; to be called several times a second. */
  sweep(nowMs: number): void {
    let large = 0;
    for (const host of this.#waiting) {
      this.lost += host.missing.dropBefore(host.timeline.newestTick - GIVE_UP_TICKS);
      if (host.missing.size === 0 && !host.wantsSchema) this.#waiting.delete(host);
      else if (host.askAtMs <= nowMs && host.state === 'up') {
        if (host.missing.size > LARGE_TICKS) large += 1;
        if (large <= LARGE_PER_SECOND * SWEEP_SECONDS) this.#ask(host, nowMs);
      }
    }
  }

  #ask(host: IngestHost, nowMs: number): void {
    const answerMs = (host.missing.size / TICKS_PER_SECOND) * 1000;
    host.askAtMs = nowMs + answerMs + host.askWaitMs * (0.75 + this.#ports.random() * 0.5);
    host.askWaitMs = Math.min(WAIT_MS_MAX, host.askWaitMs * 2);
    if (host.port === 0) return;
    const nonce = this.#ports.nonce(NONCE_SIZE);
    host.rememberNonce(nonce);
    // Without the schema the answers could not be read.
    const ranges = host.wantsSchema ? [] : host.missing.ranges(RANGES_MAX);
    const request = { nonce, wantSchema: host.wantsSchema, ranges };
    const { address, port } = host;
    this.#ports.send(this.#datagram(host, nowMs, request), { address, port });
  }

  #datagram(host: IngestHost, timeMs: number, request: Request): Uint8Array {
    const size = HEADER_SIZE + requestSize(request) + TAG_SIZE;
    const writer = new XdrWriter(new Uint8Array(size));
    this.#sequence += 1;
    const { agent } = host;
    const boot = request.wantSchema ? host.schemaBoot : host.boot;
    const sequence = this.#sequence % 2 ** 32;
    writeHeader(writer, { kind: KINDS.request, agent, boot, sequence, timeMs });
    writeRequest(writer, request);
    seal(writer.bytes, host.key);
    return writer.bytes;
  }
}

/** Seconds between two calls of `sweep`. */
export const SWEEP_SECONDS = 0.25;
