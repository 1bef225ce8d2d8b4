/**
 * What happens to a datagram: header, boot and replay window, authentication, then its kind's own way. Nothing here does I/O but
 * through the ports; a bad datagram is counted by reason and costs no exception unless it is authentic.
 */
import { isSealed } from '../../base/authentication.ts';
import { readBackfill, readBye, readEvent } from '../../wire/control.ts';
import type { EventInfo } from '../../wire/http.ts';
import {
  bodyReader,
  emptyHeader,
  type Header,
  KINDS,
  PacketError,
  readHeader,
  TAG_SIZE,
} from '../../wire/packet.ts';
import { readSchemaHead, readSchemaMetrics, type SchemaHead } from '../../wire/schema.ts';
import { XdrReader } from '../../wire/xdr.ts';
import type { Counters, Rejection } from './counters.ts';
import type { IngestHost } from './ingest-host.ts';
import type { IngestHosts } from './ingest-hosts.ts';
import type { Recovery } from './recovery.ts';
import type { SampleSink } from './sample-sink.ts';

/** Agents without a host, each second: deriving a key and checking a tag for each costs about 30 µs. */
const NEW_AGENTS_PER_SECOND = 2000;
/** Agents send each second: one that is silent for so long has ended. */
const SILENT_MS = 5000;

export interface IntakeParts {
  readonly hosts: IngestHosts;
  readonly samples: SampleSink;
  readonly recovery: Recovery;
  readonly counters: Counters;
  readonly onNewHost: (host: IngestHost, nowMs: number) => void;
  readonly onEvent: (event: EventInfo) => void;
  /** A datagram came of an agent that another one of the same id has replaced, which both still run. */
  readonly onTwin: (host: IngestHost, twin: { address: string; atMs: number }) => void;
}

export interface IntakeOptions {
  /** Datagrams without a tag are accepted. */
  readonly open: boolean;
}

/** Where a datagram came from; undefined for one out of the journal, which was found authentic before. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

export class Intake {
  readonly #parts: IntakeParts;
  readonly #open: boolean;
  readonly #header = emptyHeader();
  #newAgents = 0;
  #newAgentsSecond = 0;

  constructor(parts: IntakeParts, { open }: IntakeOptions) {
    this.#parts = parts;
    this.#open = open;
  }

  /**
   * Takes one datagram.
   * @param receivedMs when it came
   * @returns true when it was accepted and belongs into the journal
   */
  accept(datagram: Uint8Array, sender: Sender | undefined, receivedMs: number): boolean {
    const { counters } = this.#parts;
    counters.datagrams += 1;
    const header = this.#header;
    const reader = new XdrReader(datagram, 0, datagram.length - TAG_SIZE);
    const reason =
      readHeader(reader, header) ??
      this.#takeVerified(datagram, { header, reader, sender, receivedMs });
    if (reason === undefined) return true;
    counters.reject(reason);
    return false;
  }

  #takeVerified(datagram: Uint8Array, taken: Taken): Rejection | undefined {
    const { header, sender, receivedMs } = taken;
    const { hosts } = this.#parts;
    const known = hosts.find(header.agent);
    if (known?.boot === header.boot && !known.window.isNew(header.sequence)) return 'replay';
    if (known === undefined && sender && this.#tooManyNewAgents(receivedMs)) {
      return 'new-agents-limit';
    }
    if (sender) {
      const key = known ? known.key : hosts.keyOf(header.agent);
      const isAuthentic =
        key !== undefined && isSealed(datagram, key) ? true : this.#open && hasNoTag(datagram);
      if (!isAuthentic) return 'tag';
    }
    if (header.kind === KINDS.request) return 'kind-refused';
    if (known === undefined && hosts.isFull) return 'hosts-limit';
    const host = known ?? this.#newHost(header, sender, receivedMs);
    if (header.boot > host.boot) this.#startBoot(host, header.boot);
    else if (header.boot < host.boot && !this.#replacesBoot(host, taken, datagram)) {
      return 'old-boot';
    }
    host.window.mark(header.sequence);
    this.#setSender(host, sender);
    this.#heard(host, header, receivedMs);
    return this.#byKind(host, taken);
  }

  #newHost({ agent, boot }: Header, sender: Sender | undefined, nowMs: number): IngestHost {
    const address = sender?.address ?? '';
    const host = this.#parts.hosts.create(agent, { boot, address, nowMs });
    this.#parts.onNewHost(host, nowMs);
    return host;
  }

  #tooManyNewAgents(receivedMs: number): boolean {
    const second = Math.floor(receivedMs / 1000);
    if (second !== this.#newAgentsSecond) this.#newAgents = 0;
    this.#newAgentsSecond = second;
    this.#newAgents += 1;
    return this.#newAgents > NEW_AGENTS_PER_SECOND;
  }

  /** A lower boot is believed when nothing is heard of the higher one, and the agent has answered us. */
  #replacesBoot(
    host: IngestHost,
    { header, sender, receivedMs }: Taken,
    datagram: Uint8Array,
  ): boolean {
    if (host.state === 'up' && receivedMs - host.lastSeenMs < SILENT_MS) {
      // Sent after the other one had started: it is not late, it still runs.
      const isTwin = sender && header.timeMs > host.boot + SILENT_MS;
      if (isTwin) this.#parts.onTwin(host, { address: sender.address, atMs: receivedMs });
      return false;
    }
    if (this.#provesBoot(host, header, datagram)) return true;
    this.#setSender(host, sender);
    this.#parts.recovery.wantSchema(host, { boot: header.boot, nowMs: receivedMs });
    return false;
  }

  /** An agent that has just answered us lives: its clock was set back, nobody plays old datagrams. */
  #provesBoot(host: IngestHost, header: Header, datagram: Uint8Array): boolean {
    if (header.kind !== KINDS.schema) return false;
    try {
      if (!host.hasAsked(readSchemaHead(bodyReader(datagram)).nonce)) return false;
    } catch (error) {
      if (error instanceof PacketError) return false;
      throw error;
    }
    this.#startBoot(host, header.boot);
    return true;
  }

  #startBoot(host: IngestHost, boot: number): void {
    host.startBoot(boot);
    this.#parts.hosts.changed(host);
  }

  #setSender(host: IngestHost, sender: Sender | undefined): void {
    if (!sender) return;
    host.port = sender.port;
    if (host.address === sender.address) return;
    host.address = sender.address;
    this.#parts.hosts.changed(host);
  }

  #heard(host: IngestHost, { kind, sequence }: Header, receivedMs: number): void {
    const { hosts } = this.#parts;
    host.lastSeenMs = receivedMs;
    hosts.states.setLastSeenMs(host.number, receivedMs);
    if (kind !== KINDS.bye && sequence > host.byeSequence) hosts.setState(host, 'up');
  }

  #byKind(host: IngestHost, taken: Taken): Rejection | undefined {
    try {
      switch (taken.header.kind) {
        case KINDS.samples:
          return this.#parts.samples.take(host, taken.reader, {
            timeMs: taken.header.timeMs,
            receivedMs: taken.receivedMs,
            isReplay: taken.sender === undefined,
          });
        case KINDS.schema:
          return this.#takeSchema(host, taken.reader);
        case KINDS.backfill:
          return this.#takeBackfill(host, taken);
        case KINDS.event:
          return this.#takeEvent(host, taken);
        case KINDS.bye:
          readBye(taken.reader);
          host.byeSequence = taken.header.sequence;
          this.#parts.hosts.setState(host, 'stopped');
          return undefined;
        case KINDS.request:
          return 'kind-refused';
      }
    } catch (error) {
      if (error instanceof PacketError) return error.code;
      throw error;
    }
  }

  #takeSchema(host: IngestHost, reader: XdrReader): undefined {
    const { hosts, samples } = this.#parts;
    const head = readSchemaHead(reader);
    // Agents repeat their schema each minute: of one that is known only what the host says of itself may be new.
    if (head.schema === host.layout.schema) return this.#describe(host, head);
    const whole = host.assembly.add(readSchemaMetrics(reader, head));
    if (!whole) return undefined;
    this.#describe(host, whole);
    if (host.layout.schema >= 0) host.grownAtTick = host.timeline.newestTick + 1;
    hosts.adopt(host, whole, () => samples.store(host));
    return undefined;
  }

  #describe(
    host: IngestHost,
    { hostName: name, labels, facts }: Pick<SchemaHead, 'hostName' | 'labels' | 'facts'>,
  ): undefined {
    this.#parts.hosts.describe(host, { name, labels, facts });
    this.#parts.recovery.haveSchema(host);
  }

  #takeBackfill(host: IngestHost, { reader, sender, receivedMs }: Taken): Rejection | undefined {
    const { nonce, rows } = readBackfill(reader);
    if (sender && !host.hasAsked(nonce)) return 'unasked';
    let taken: Rejection | undefined;
    for (const { timeMs, body } of rows) {
      taken ??= this.#parts.samples.takeLate(host, new XdrReader(body), { timeMs, receivedMs });
    }
    this.#parts.recovery.answered(host, receivedMs);
    return taken;
  }

  #takeEvent(host: IngestHost, { reader, receivedMs }: Taken): undefined {
    const { kind, text, labels } = readEvent(reader);
    this.#parts.onEvent({ timeMs: receivedMs, host: host.name, kind, text, labels });
    return undefined;
  }
}

interface Taken {
  readonly header: Header;
  /** At the body, the tag being out of reach. */
  readonly reader: XdrReader;
  readonly sender: Sender | undefined;
  readonly receivedMs: number;
}

function hasNoTag(datagram: Uint8Array): boolean {
  for (let index = datagram.length - TAG_SIZE; index < datagram.length; index += 1) {
    if (datagram[index] !== 0) return false;
  }
  return true;
}
