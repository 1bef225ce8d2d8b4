/** The datagrams of one simulated agent: header, body and tag, numbered from its boot on. */
import { type AgentKey, seal } from '../base/authentication.ts';
import {
  HEADER_SIZE,
  type Kind,
  MAX_PAYLOAD_DEFAULT,
  TAG_SIZE,
  writeHeader,
} from '../wire/packet.ts';
import { XdrWriter } from '../wire/xdr.ts';

/** Bytes of the largest body. */
export const BODY_MAX = MAX_PAYLOAD_DEFAULT - HEADER_SIZE - TAG_SIZE;

export class AgentDatagrams {
  /** 16 latin-1 characters. */
  readonly agent: string;
  readonly #key: AgentKey | undefined;
  readonly #writer = new XdrWriter(new Uint8Array(MAX_PAYLOAD_DEFAULT));
  #boot: number;
  #sequence = 0;

  /** @param boot milliseconds since the epoch */
  constructor({ agent, key, boot }: { agent: string; key: AgentKey | undefined; boot: number }) {
    this.agent = agent;
    this.#key = key;
    this.#boot = boot;
  }

  get boot(): number {
    return this.#boot;
  }

  /** The agent starts anew. */
  restart(boot: number): void {
    this.#boot = boot;
    this.#sequence = 0;
  }

  /** @returns a view on memory that the next datagram is written into */
  make(kind: Kind, timeMs: number, writeBody: (writer: XdrWriter) => void): Uint8Array {
    const writer = this.#writer;
    writer.offset = 0;
    const { agent, boot } = this;
    writeHeader(writer, { kind, agent, boot, sequence: this.#sequence, timeMs });
    this.#sequence += 1;
    writeBody(writer);
    writer.offset += TAG_SIZE;
    const datagram = writer.written();
    seal(datagram, this.#key);
    return datagram;
  }
}
