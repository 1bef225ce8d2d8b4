/**
 * Agents, a network that loses, doubles, delays and reorders, and the ingest side with a real database, in simulated time. The same seed
 * gives the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { agentKey } from '../../../base/authentication.ts';
import { openLog } from '../../../base/log.ts';
import type { Metric } from '../../../wire/metric.ts';
import { type Archive, layoutArchives } from '../../archive/layout.ts';
import { HostReplica } from '../../hosts/host-replica.ts';
import { openSamples } from '../../store/block-store.ts';
import { openSampleStore } from '../../store/sample-reader.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { Ingest } from '../ingest.ts';
import { Journal } from '../journal.ts';
import { Events } from './events.ts';
import { seededRandom } from './random.ts';
import { SimulatedAgent, type SimulatedAgentOptions } from './simulated-agent.ts';

/** Shares from 0 to 1 and milliseconds. */
export interface Network {
  readonly loss: number;
  readonly duplicates: number;
  readonly delayMsMax: number;
  /** False: REQUESTs are lost, all of them. */
  readonly requests: boolean;
}

export const GOOD_NETWORK: Network = { loss: 0, duplicates: 0, delayMsMax: 30, requests: true };
const ARCHIVES = ['1s:2h', '10s:1d', '5m:60d'];
const SECRET = new Uint8Array(32).fill(7);
const START_S = 1_800_000_000;
/** Milliseconds after the second at which the collector looks at it. */
const TICK_MS = 400;

export class SimulatedCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'clustermon-ingest-'));
  readonly events = new Events(START_S * 1000);
  readonly agents: SimulatedAgent[] = [];
  readonly archives: readonly Archive[] = layoutArchives(ARCHIVES);
  network: Network = GOOD_NETWORK;
  replica = new HostReplica();
  ingest: Ingest | undefined;
  readonly #random: () => number;
  readonly #journal: boolean;
  #database: Database.Database | undefined;

  constructor({ seed, journal = true }: { seed: number; journal?: boolean }) {
    this.#random = seededRandom(seed);
    this.#journal = journal;
  }

  get second(): number {
    return Math.floor(this.events.nowMs / 1000);
  }

  key(agent: string) {
    return agentKey(SECRET, agent);
  }

  startCollector(): void {
    this.#database = openSamples(join(this.folder, 'samples.db'), this.archives);
    this.replica = new HostReplica();
    const { replica, events } = this;
    const ingest = new Ingest(
      {
        database: this.#database,
        archives: this.archives,
        journal: this.#journal ? new Journal(join(this.folder, 'journal')) : undefined,
        keyOf: (agent) => this.key(agent),
        open: false,
        hostsMax: 100,
        heartbeatSeconds: 3,
        publish: (message) => replica.apply(message),
        log: openLog('ingest', 'error'),
        ports: {
          send: (datagram) =>
            this.network.requests && this.#deliver(() => this.#toAgents(datagram)),
          nonce: (size) => Uint8Array.from({ length: size }, () => this.#random() * 256),
          random: this.#random,
        },
      },
      events.nowMs,
    );
    for (const message of ingest.hosts.snapshot()) replica.apply(message);
    ingest.replay();
    this.ingest = ingest;
    const isRunning = () => this.ingest === ingest;
    events.after(1000 - (events.nowMs % 1000) + TICK_MS, () =>
      events.every(1000, () => {
        if (isRunning()) ingest.tick(events.nowMs);
        return isRunning();
      }),
    );
    events.every(250, () => {
      if (isRunning()) ingest.sweep(events.nowMs);
      return isRunning();
    });
  }

  /** Ends the collector without letting it write anything, as kill -9 does. */
  killCollector(): void {
    this.ingest = undefined;
    this.#database?.close();
  }

  addAgent(
    options: Pick<SimulatedAgentOptions, 'name' | 'metrics'> & Partial<SimulatedAgentOptions>,
  ): SimulatedAgent {
    const key = this.key(options.name.padEnd(16, '.').slice(0, 16));
    const agent = new SimulatedAgent({ key, ...options }, this.events.nowMs);
    this.agents.push(agent);
    return agent;
  }

  /** Lets an agent sample every second until `isRunning` says no; a schema goes first and every minute. */
  run(agent: SimulatedAgent, isRunning: () => boolean = () => true): void {
    for (const part of agent.schema(this.events.nowMs)) this.send(part);
    this.events.after(1000 - (this.events.nowMs % 1000), () =>
      this.events.every(1000, () => {
        if (!isRunning()) return false;
        for (const datagram of agent.sample(this.second)) this.send(datagram);
        if (this.second % 60 === 0)
          for (const part of agent.schema(this.events.nowMs)) this.send(part);
        return true;
      }),
    );
  }

  /** Sends a datagram to the collector through the network. */
  send(datagram: Uint8Array): void {
    const sender = { address: '10.0.0.1', port: 40_000 };
    this.#deliver(() => this.ingest?.receive(datagram, sender, this.events.nowMs));
  }

  #toAgents(datagram: Uint8Array): void {
    for (const agent of this.agents) {
      for (const [index, answer] of agent.answer(datagram, this.events.nowMs).entries()) {
        this.events.after(20 * index, () => this.send(answer));
      }
    }
  }

  #deliver(arrive: () => void): void {
    const { loss, duplicates, delayMsMax } = this.network;
    const copies = this.#random() < duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#random() >= loss) this.events.after(this.#random() * delayMsMax, arrive);
    }
  }

  runSeconds(seconds: number): void {
    this.events.runUntil(this.events.nowMs + seconds * 1000);
  }

  openStore(): SampleStore {
    const { events, replica: hosts, folder } = this;
    return openSampleStore({
      file: join(folder, 'samples.db'),
      archives: ARCHIVES,
      hosts,
      nowS: () => Math.floor(events.nowMs / 1000),
    });
  }

  /**
   * What the 1 s archive and memory have of one series.
   * @returns seconds in [fromS, toS) whose value is unknown, and seconds whose value is another than the agent's
   */
  compare(
    agent: SimulatedAgent,
    metric: number,
    { fromS, toS }: { fromS: number; toS: number },
  ): { unknown: number[]; wrong: number[] } {
    const store = this.openStore();
    try {
      const host = this.replica.byName(agent.name);
      const series = host?.seriesByKey((agent.metrics[metric] as Metric).name);
      if (!host || !series) return { unknown: range(fromS, toS), wrong: [] };
      const [archive] = store.archives;
      if (!archive) throw new Error('no archive');
      const { columns } = store.read({
        host: host.number,
        series: [series.id],
        fromS,
        toS,
        archive,
      });
      const values = columns[0]?.average ?? new Float64Array();
      const seconds = range(fromS, toS);
      return {
        unknown: seconds.filter((_, index) => Number.isNaN(values[index])),
        wrong: seconds.filter(
          (second, index) =>
            !Number.isNaN(values[index]) && values[index] !== agent.value(metric, second),
        ),
      };
    } finally {
      store.close();
    }
  }

  remove(): void {
    this.killCollector();
    rmSync(this.folder, { recursive: true });
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
