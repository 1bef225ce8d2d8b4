import { type AgentKey, seal } from '../base/authentication.ts';
import {
  HEADER_SIZE,
  type Header,
  KINDS,
  type Kind,
  TAG_SIZE,
  writeHeader,
} from '../wire/packet.ts';
import { XdrWriter } from '../wire/xdr.ts';

/** Makes this agent's datagrams: numbers them, puts the header before and the tag behind the body. */
export class Datagrams {
  /** Bytes that a body may have. */
  readonly bodyMax: number;
  readonly #writer: XdrWriter;
  readonly #key: AgentKey | undefined;
  readonly #header: Header;

  constructor(
    { agent, boot }: { agent: string; boot: number },
    { key, payloadBytes }: { key: AgentKey | undefined; payloadBytes: number },
  ) {
    this.bodyMax = payloadBytes - HEADER_SIZE - TAG_SIZE;
    this.#writer = new XdrWriter(Buffer.allocUnsafeSlow(payloadBytes));
    this.#key = key;
    this.#header = { kind: KINDS.samples, agent, boot, sequence: 0, timeMs: 0 };
  }

  /** Starts a datagram. @returns where the body goes, `bodyMax` bytes at most */
  begin(kind: Kind, timeMs: number): XdrWriter {
    const header = this.#header;
    header.kind = kind;
    header.timeMs = timeMs;
    this.#writer.offset = 0;
    writeHeader(this.#writer, header);
    header.sequence += 1;
    return this.#writer;
  }

  /** What was written of the body since `begin`: a view that is valid until the next one. */
  body(): Uint8Array {
    return this.#writer.bytes.subarray(HEADER_SIZE, this.#writer.offset);
  }

  /** Ends the datagram. @returns a copy of it, for a socket that may still have to wait */
  finish(): Buffer {
    const writer = this.#writer;
    writer.offset += TAG_SIZE;
    // Not from Node's pool: its slabs last for many seconds here, outlive young collections, and pile up until a full one comes.
    const datagram = Buffer.allocUnsafeSlow(writer.offset);
    datagram.set(writer.written());
    seal(datagram, this.#key);
    return datagram;
  }
}
