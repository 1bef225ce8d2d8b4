import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { agentKey } from '../../base/authentication.ts';
import type { Cancel, Clock } from '../../base/clock.ts';
import { InputError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ownText } from '../../base/own-text.ts';
import { readRequest } from '../../wire/control.ts';
import type { Labels } from '../../wire/metric.ts';
import {
  bodyReader,
  emptyHeader,
  KINDS,
  PacketError,
  readHeader,
  TAG_SIZE,
} from '../../wire/packet.ts';
import { XdrReader } from '../../wire/xdr.ts';
import { PseudoAgent, pseudoAgentId } from './pseudo-agent.ts';
import { checkSample, type ReceivedSample, type SampleTaker } from './received-sample.ts';

/** Hosts for which others send values. */
const HOSTS_MAX = 2000;
/** Of one such host. */
const SERIES_MAX = 4000;
const SECOND_MS = 1000;

export interface InletHostsPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** 32 bytes; undefined when the cluster runs open. */
  readonly secret: Uint8Array | undefined;
  /** Where the ingest thread hears agents: an address of this machine. */
  readonly address: string;
  readonly port: number;
}

/**
 * The hosts that other programs send values of. Each has an agent of its own in here, which sends datagrams to the ingest thread over loopback: received
 * values are journaled, stored and watched like all others, and nothing in ingest knows of them.
 */
export class InletHosts implements SampleTaker {
  readonly #ports: InletHostsPorts;
  readonly #socket: Socket;
  readonly #agents = new Map<string, PseudoAgent>();
  #timer: Cancel;

  private constructor(ports: InletHostsPorts, socket: Socket) {
    this.#ports = ports;
    this.#socket = socket;
    socket.on('message', (datagram) => this.#answer(datagram));
    socket.on('error', (error) => ports.log.error('inlet-socket', { reason: error.message }));
    this.#timer = ports.clock.after(SECOND_MS, () => this.#tick());
  }

  static async open(ports: InletHostsPorts): Promise<InletHosts> {
    const socket = createSocket(ports.address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, ports.address);
    await once(socket, 'listening');
    return new InletHosts(ports, socket);
  }

  take(sample: ReceivedSample): void {
    const nowMs = this.#ports.clock.nowMs();
    checkSample(sample, nowMs);
    const agent = this.#agents.get(sample.host) ?? this.#newAgent(ownText(sample.host), nowMs);
    if (agent.seriesCount >= SERIES_MAX && !agent.has(sample)) {
      throw new InputError(
        'inlet-limit',
        `series: host ${sample.host} has ${SERIES_MAX} already, which is the limit; ${sample.name} is refused`,
        { field: 'series' },
      );
    }
    agent.take(sample, nowMs);
  }

  /** @param facts of a host that values were taken for */
  describe(host: string, facts: Labels): void {
    this.#agents.get(host)?.describe(facts);
  }

  /** Speaks for a host no longer: nobody has heard of it. */
  forget(host: string): void {
    this.#agents.delete(host);
  }

  /**
   * An agent speaks for the host: what was received, if only before the last start, stays under another name, and is not missed.
   * @param name for that
   */
  giveWay(host: string, name: string): void {
    const nowMs = this.#ports.clock.nowMs();
    const agent = this.#agents.get(host) ?? this.#makeAgent(host, nowMs);
    this.#agents.delete(host);
    for (const datagram of agent.end(name, nowMs)) this.#send(datagram);
  }

  close(): void {
    this.#timer();
    this.#socket.close();
  }

  #newAgent(host: string, nowMs: number): PseudoAgent {
    if (this.#agents.size >= HOSTS_MAX) {
      throw new InputError(
        'inlet-limit',
        `hosts: values of ${HOSTS_MAX} hosts are taken in already, which is the limit; ${host} is refused`,
        { field: 'hosts' },
      );
    }
    const agent = this.#makeAgent(host, nowMs);
    this.#agents.set(host, agent);
    return agent;
  }

  #makeAgent(host: string, nowMs: number): PseudoAgent {
    const { secret } = this.#ports;
    const key = secret && agentKey(secret, pseudoAgentId(host));
    return new PseudoAgent(host, { key, nowMs });
  }

  #tick(): void {
    const nowMs = this.#ports.clock.nowMs();
    for (const [host, agent] of this.#agents) {
      const datagrams = agent.tick(nowMs);
      if (datagrams.length === 0) this.#agents.delete(host);
      for (const datagram of datagrams) this.#send(datagram);
    }
    // Agents sample at the whole second.
    this.#timer = this.#ports.clock.after(SECOND_MS - (nowMs % SECOND_MS), () => this.#tick());
  }

  /** The ingest thread asks for a schema that it has missed; what it asks for of the past is not kept here. */
  #answer(datagram: Uint8Array): void {
    const header = emptyHeader();
    const reader = new XdrReader(datagram, 0, datagram.length - TAG_SIZE);
    if (readHeader(reader, header) !== undefined || header.kind !== KINDS.request) return;
    const agent = [...this.#agents.values()].find(({ id }) => id === header.agent);
    try {
      const { nonce, wantSchema } = readRequest(bodyReader(datagram));
      if (!agent || !wantSchema) return;
      for (const part of agent.schema(this.#ports.clock.nowMs(), nonce)) this.#send(part);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
    }
  }

  #send(datagram: Uint8Array): void {
    const { address, port } = this.#ports;
    this.#socket.send(datagram, port, address);
  }
}
