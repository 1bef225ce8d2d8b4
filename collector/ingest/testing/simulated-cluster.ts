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
import type { LiveHost } from '../../hosts/host-table.ts';
import { openSamples } from '../../store/block-store.ts';
import { openSampleStore } from '../../store/sample-reader.ts';
import type { ArchiveInfo, SampleStore } from '../../store/sample-store.ts';
import { Ingest } from '../ingest.ts';
import { Journal } from '../journal.ts';
import { type RebuildRange, rebuildSummaries } from '../rebuild.ts';
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
  /** Names of agents whose datagrams do not arrive, nor any to them. */
  cutOff: ReadonlySet<string> = new Set();
  /** What the collector's clock is ahead of true time. */
  clockAheadMs = 0;
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

  /** By the collector's clock. */
  get #nowMs(): number {
    return this.events.nowMs + this.clockAheadMs;
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
        rebuild: (range) => this.#rebuild(range),
        log: openLog('ingest', 'error'),
        ports: {
          send: (datagram) =>
            this.network.requests && this.#deliver(() => this.#toAgents(datagram)),
          nonce: (size) => Uint8Array.from({ length: size }, () => this.#random() * 256),
          random: this.#random,
        },
      },
      this.#nowMs,
    );
    for (const message of ingest.hosts.snapshot()) replica.apply(message);
    ingest.replay();
    this.ingest = ingest;
    const isRunning = () => this.ingest === ingest;
    events.after(1000 - (events.nowMs % 1000) + TICK_MS, () =>
      events.every(1000, () => {
        if (isRunning()) ingest.tick(this.#nowMs);
        return isRunning();
      }),
    );
    events.every(250, () => {
      if (isRunning()) ingest.sweep(this.#nowMs);
      return isRunning();
    });
  }

  #rebuild(range: RebuildRange): void {
    if (!this.#database) return;
    for (const block of rebuildSummaries(this.#database, this.archives, range)) {
      this.ingest?.takeSummaries(block);
    }
  }

  /** Ends the collector in order. */
  closeCollector(): void {
    this.ingest?.close(this.#nowMs);
    this.killCollector();
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
        const datagrams = agent.sample(this.second);
        if (this.second % 60 === 0) datagrams.push(...agent.schema(this.events.nowMs));
        if (!this.cutOff.has(agent.name)) for (const datagram of datagrams) this.send(datagram);
        return true;
      }),
    );
  }

  /** Sends a datagram to the collector through the network. */
  send(datagram: Uint8Array): void {
    const sender = { address: '10.0.0.1', port: 40_000 };
    this.#deliver(() => this.ingest?.receive(datagram, sender, this.#nowMs));
  }

  #toAgents(datagram: Uint8Array): void {
    for (const agent of this.agents) {
      if (this.cutOff.has(agent.name)) continue;
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
    const { replica: hosts, folder } = this;
    return openSampleStore({
      file: join(folder, 'samples.db'),
      archives: ARCHIVES,
      hosts,
      nowS: () => Math.floor(this.#nowMs / 1000),
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
    const { name } = agent.metrics[metric] as Metric;
    const values = this.values(this.replica.byName(agent.name), name, { fromS, toS });
    const seconds = range(fromS, toS);
    return {
      unknown: seconds.filter((_, index) => Number.isNaN(values[index])),
      wrong: seconds.filter(
        (second, index) =>
          !Number.isNaN(values[index]) && values[index] !== agent.value(metric, second),
      ),
    };
  }

  /** @returns one value a second of a series, NaN = unknown */
  values(
    host: LiveHost | undefined,
    key: string,
    { fromS, toS }: { fromS: number; toS: number },
  ): Float64Array {
    const unknown = new Float64Array(toS - fromS).fill(Number.NaN);
    const series = host?.seriesByKey(key);
    if (!host || !series) return unknown;
    const store = this.openStore();
    try {
      const archive = store.archives[0] as ArchiveInfo;
      const query = { host: host.number, series: [series.id], fromS, toS, archive };
      return store.read(query).columns[0]?.average ?? unknown;
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
