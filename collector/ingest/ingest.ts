/**
 * The ingest side of the collector without sockets and threads: datagrams go in, blocks and messages come out. `worker.ts` runs
 * it on the network, tests on a simulated one.
 */

import type Database from 'better-sqlite3';
import type { AgentKey } from '../../base/authentication.ts';
import type { Log } from '../../base/log.ts';
import type { Problem } from '../../wire/http.ts';
import { type Archive, blockStart } from '../archive/layout.ts';
import { ROWS } from '../hosts/host-rows.ts';
import type { HostMessage } from '../hosts/messages.ts';
import { BlockStore } from '../store/block-store.ts';
import { HostStore } from '../store/host-store.ts';
import { SampleWriter } from '../store/sample-writer.ts';
import { Counters } from './counters.ts';
import type { IngestHost } from './ingest-host.ts';
import { IngestHosts } from './ingest-hosts.ts';
import { Intake, type Sender } from './intake.ts';
import type { Journal } from './journal.ts';
import { LateSummaries } from './late-summaries.ts';
import { namesOf, Problems } from './problems.ts';
import type { RebuildRange, SummaryBlock } from './rebuild.ts';
import { Recovery, type RecoveryPorts } from './recovery.ts';
import { GRACE_SECONDS, SampleSink } from './sample-sink.ts';
import { Summary } from './summary.ts';
import { Twins } from './twins.ts';

export interface IngestOptions {
  /** Stays with the caller. */
  readonly database: Database.Database;
  readonly archives: readonly Archive[];
  readonly journal: Journal | undefined;
  readonly keyOf: (agent: string) => AgentKey | undefined;
  readonly open: boolean;
  readonly hostsMax: number;
  /** Longest time between two signs of life of a host that is well; after four times that it is down. */
  readonly heartbeatSeconds: number;
  readonly publish: (message: HostMessage) => void;
  readonly ports: RecoveryPorts;
  /** Makes summaries out of the archives, which `takeSummaries` is given then. */
  readonly rebuild: (range: RebuildRange) => void;
  readonly log: Log;
}

/** Ganglia's rule: a host is down when it was silent for more than four times its heartbeat's tmax. */
const DOWN_AFTER_HEARTBEATS = 4;
/** Datagrams stay in the journal this much longer than their block is open: late rows wait for a while, too. */
const JOURNAL_SPARE_SECONDS = 60;
/** The machine's clock was set when a moment lies so much before the last one, or so much after it. */
const SET_BACK_MS = 2000;
const SET_AHEAD_MS = 3_600_000;
/** Hosts for which folds that were missed are looked for, each second after the start. */
const CATCH_UP_PER_SECOND = 20;

export class Ingest {
  readonly counters = new Counters();
  readonly hosts: IngestHosts;
  readonly problems: Problems;
  readonly #options: IngestOptions;
  readonly #finest: Archive;
  readonly #writer: SampleWriter;
  readonly #blocks: BlockStore;
  readonly #recovery: Recovery;
  readonly #samples: SampleSink;
  readonly #summary: Summary;
  readonly #lateSummaries: LateSummaries;
  readonly #intake: Intake;
  readonly #twins = new Twins();
  /** Hosts of which coarser blocks may have ended while nobody folded them. */
  #behind: IngestHost[];
  /** What happened before this collector could not hear. */
  #listeningSinceMs: number;
  #nowMs: number;
  /** The first second that this process can hear whole. */
  readonly #heardFrom: number;
  /** Seconds before are summarised, or not to be summarised out of memory. */
  #summarisedUntil: number;

  constructor(options: IngestOptions, nowMs: number) {
    const { database, archives, publish } = options;
    const [finest] = archives;
    if (!finest) throw new Error('no archive');
    this.#options = options;
    this.problems = new Problems(options.log);
    this.#listeningSinceMs = nowMs;
    this.#nowMs = nowMs;
    this.#heardFrom = Math.floor(nowMs / 1000) + 1;
    this.#summarisedUntil = this.#heardFrom;
    this.#finest = finest;
    this.#writer = new SampleWriter(database, archives);
    this.#blocks = new BlockStore(database, archives);
    this.#recovery = new Recovery(options.ports);
    this.hosts = new IngestHosts({ ...options, store: new HostStore(database) });
    const { hosts, counters } = this;
    const recovery = this.#recovery;
    const begin = (host: IngestHost, atMs: number) => this.#begin(host, Math.floor(atMs / 1000));
    this.#samples = new SampleSink({
      hosts,
      recovery,
      counters,
      finest,
      publish,
      writer: this.#writer,
      onValues: (second, atMs) => {
        if (second < this.#summarisedUntil) {
          this.#lateSummaries.note(second, Math.floor(atMs / 1000));
        }
      },
    });
    this.#summary = new Summary(hosts, this.#samples);
    this.#lateSummaries = new LateSummaries({
      finest,
      recovery,
      repair: (second, atMs) => this.#summary.repair(second, atMs),
      rebuild: options.rebuild,
    });
    this.#lateSummaries.beginAt(this.#heardFrom);
    this.#intake = new Intake(
      {
        hosts,
        recovery,
        counters,
        samples: this.#samples,
        onNewHost: begin,
        onEvent: (event) => publish({ kind: 'event', event }),
        onTwin: (host, twin) => this.#twins.note(host, twin),
      },
      options,
    );
    for (const host of this.#all()) begin(host, nowMs);
    this.#behind = this.#all();
    if (hosts.cluster.knownUntil > 0) this.#seekSummaries();
  }

  /** The cluster has no summaries of the time without a collector. */
  #seekSummaries(): void {
    this.#lateSummaries.seek(this.#heardFrom - 1, this.#heardFrom);
  }

  /** Opens the block of now, and finds out up to when the history of the host is stored. */
  #begin(host: IngestHost, nowS: number): void {
    host.closedUntil = blockStart(this.#finest, host.number, nowS);
    host.knownUntil = this.#blocks.knownUntil(this.#finest, host.number, nowS);
  }

  /** Takes a datagram from the network. */
  receive(datagram: Uint8Array, sender: Sender, receivedMs: number): void {
    this.#followClock(receivedMs);
    if (!this.#intake.accept(datagram, sender, receivedMs)) return;
    this.#options.journal?.append(datagram, receivedMs);
  }

  /**
   * Takes up what a collector before this one left in the journal, as if its datagrams came now at the pace at which they came then.
   * @returns datagrams
   */
  replay(): number {
    let count = 0;
    let second = 0;
    for (const { datagram, receivedMs } of this.#options.journal?.read() ?? []) {
      const now = Math.floor(receivedMs / 1000);
      if (count === 0) {
        this.#openBlocksAt(now);
        this.#summariseFrom(now + 1);
      }
      if (now > second) {
        this.#summarise(now);
        this.#lateSummaries.repairDue(receivedMs);
        this.#store(receivedMs);
        second = now;
      }
      this.#intake.accept(datagram, undefined, receivedMs);
      count += 1;
    }
    if (count > 0) {
      if (second < this.#heardFrom - ROWS) this.#endReplayedBlocks();
      this.#summariseFrom(this.#heardFrom);
      this.#seekSummaries();
    }
    return count;
  }

  /** After a long time off: what is in memory is stored as it is, not block after empty block up to now. */
  #endReplayedBlocks(): void {
    this.#storeMemory();
    this.#openBlocksAt(this.#heardFrom - 1);
  }

  /** Memory has whole seconds from `second` on. */
  #summariseFrom(second: number): void {
    this.#summarisedUntil = second;
    this.#lateSummaries.beginAt(second);
  }

  #storeMemory(): void {
    for (const host of this.#all()) this.#samples.store(host);
    this.#samples.flushLate(Number.POSITIVE_INFINITY);
  }

  #openBlocksAt(second: number): void {
    this.#behind = this.#all();
    for (const host of this.#behind) {
      host.closedUntil = blockStart(this.#finest, host.number, second);
    }
  }

  /** When somebody set the machine's clock, what memory has is stored at the time that it had, and everything goes on at the new one. */
  #followClock(nowMs: number): void {
    const passedMs = nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    if (passedMs > -SET_BACK_MS && passedMs < SET_AHEAD_MS) return;
    this.#options.log.warn('clock-set', { seconds: Math.round(passedMs / 1000) });
    this.#storeMemory();
    for (const host of this.#all()) {
      host.timeline.layAnew();
      host.lastSeenMs = Math.min(host.lastSeenMs, nowMs);
      this.hosts.states.setSecond(host.number, 0);
    }
    this.#options.journal?.clear();
    this.#recovery.restart(nowMs);
    this.#listeningSinceMs = nowMs;
    this.#openBlocksAt(Math.floor(nowMs / 1000));
    this.#summariseFrom(Math.floor(nowMs / 1000) + 1);
  }

  #all(): IngestHost[] {
    return [this.hosts.cluster, ...this.hosts.values()];
  }

  /** To be called once a second, when the samples of that second are in. */
  tick(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    this.#followClock(nowMs);
    for (const host of this.hosts.values()) this.#checkHeartbeat(host, nowMs);
    this.#summarise(second);
    this.#lateSummaries.repairDue(nowMs);
    this.#lateSummaries.rebuildDue(second);
    this.#store(nowMs);
    const { spanSeconds } = this.#finest;
    const covered = second - spanSeconds - GRACE_SECONDS - JOURNAL_SPARE_SECONDS;
    if (!this.#writer.failure) this.#options.journal?.dropBefore(covered);
    this.#publishSecond(second);
  }

  /** Forgets a host and, with the next flush, all that is stored of it. */
  removeHost(number: number): void {
    // Rows that wait must not be stored after it.
    this.#samples.flushLate(Number.POSITIVE_INFINITY);
    this.hosts.remove(number);
  }

  /** Takes what `rebuild` made. */
  takeSummaries({ start, columns }: SummaryBlock): void {
    this.#writer.put(this.hosts.cluster.number, start, columns);
  }

  /** Summarises the seconds before `second` that were not yet; after a standstill only the last ones. */
  #summarise(second: number): void {
    const first = Math.max(this.#summarisedUntil, second - GRACE_SECONDS);
    const skipped = Math.max(this.#summarisedUntil, second - ROWS);
    for (let late = skipped; late < first; late += 1) this.#lateSummaries.note(late, second);
    for (let due = first; due < second; due += 1) this.#summary.add(due);
    this.#summarisedUntil = Math.max(this.#summarisedUntil, second);
  }

  #checkHeartbeat(host: IngestHost, nowMs: number): void {
    const silentMs = nowMs - Math.max(host.lastSeenMs, this.#listeningSinceMs);
    const limitMs = this.#options.heartbeatSeconds * DOWN_AFTER_HEARTBEATS * 1000;
    if (host.state === 'up' && silentMs > limitMs) this.hosts.setState(host, 'down');
  }

  /** Closes the blocks that are due and writes what waits. */
  #store(nowMs: number): void {
    const nowS = Math.floor(nowMs / 1000);
    for (const host of this.hosts.values()) this.#samples.closeDue(host, nowS);
    this.#samples.closeDue(this.hosts.cluster, nowS);
    this.#samples.flushLate(nowMs);
    const behind = this.#behind.slice(0, CATCH_UP_PER_SECOND);
    const isWritten = this.#writer.flush(() => {
      this.hosts.save((host) => this.#blocks.removeHost(host));
      for (const host of behind) this.#writer.catchUp(host.number, host.closedUntil);
    });
    if (isWritten) {
      this.hosts.saved();
      this.#behind.splice(0, behind.length);
    }
    this.#report(nowMs);
  }

  #report(nowMs: number): void {
    this.problems.set('store-write', this.#writer.failure, nowMs);
    this.problems.set('journal-write', this.#options.journal?.failure, nowMs);
    this.problems.set('agent-twice', this.#twins.text(nowMs), nowMs);
    const limited = [...this.hosts.values()].filter(({ layout }) => layout.leftOut > 0);
    this.problems.set('series-limit', namesOf(limited.map(({ name }) => name)), nowMs);
  }

  #publishSecond(second: number): void {
    const { datagrams, samples, backfilled, rejected, kernelDrops, lag } = this.counters;
    const { gaps } = this.#recovery;
    const lagSeconds = lag.histogram;
    const ingest = { datagrams, samples, backfilled, rejected, kernelDrops, gaps, lagSeconds };
    const problems: readonly Problem[] = this.problems.list();
    this.#options.publish({ kind: 'second', second, ingest, problems });
  }

  /** Sends the requests that are due, writes the journal; to be called several times a second. */
  sweep(nowMs: number): void {
    this.#recovery.sweep(nowMs);
    this.#options.journal?.flush();
  }

  /** Writes everything, blocks that are still open included. */
  close(nowMs: number): void {
    this.#storeMemory();
    this.#store(nowMs);
    this.#options.journal?.close();
  }
}
