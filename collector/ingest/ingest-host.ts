/** What the ingest thread knows of one host. */
import type { AgentKey } from '../../base/authentication.ts';
import type { HostState } from '../../wire/http.ts';
import type { Labels } from '../../wire/metric.ts';
import type { HostRecord } from '../hosts/messages.ts';
import type { StoredHost } from '../store/host-store.ts';
import { ReplayWindow } from './replay-window.ts';
import { SchemaAssembly } from './schema-assembly.ts';
import type { SeriesLayout } from './series-layout.ts';
import { TickParts } from './tick-parts.ts';
import { TickSet } from './tick-set.ts';
import { Timeline } from './timeline.ts';

/** Nonces of requests whose answers may still come. */
const NONCES_MAX = 8;

/** What a host says of itself. */
export interface HostDescription {
  readonly name: string;
  readonly labels: Labels;
  readonly facts: Labels;
}

export class IngestHost {
  readonly number: number;
  /** The agent's id as 16 latin-1 characters. */
  readonly agent: string;
  /** The agent's id as 32 hexadecimal digits. */
  readonly id: string;
  readonly key: AgentKey | undefined;
  readonly firstSeenMs: number;
  readonly layout: SeriesLayout;
  readonly timeline = new Timeline();
  readonly missing = new TickSet();
  readonly parts = new TickParts();
  readonly assembly = new SchemaAssembly();
  window = new ReplayWindow();
  name: string;
  labels: Labels;
  facts: Labels;
  address: string;
  port = 0;
  boot: number;
  state: HostState;
  lastSeenMs: number;
  /** Sequence number of the BYE of this boot: what was sent before it does not bring the host back. */
  byeSequence = -1;
  /** The first second that no stored block covers. */
  closedUntil = 0;
  /** What lies before this second was stored when the collector started, as far as it ever came. */
  knownUntil = 0;
  /** The first tick that has as many values as the present schema. */
  grownAtTick = 0;
  /** When the next REQUEST may go out, and how long to wait after it. */
  askAtMs = Number.POSITIVE_INFINITY;
  askWaitMs = 0;
  wantsSchema = false;
  /** The boot whose schema is wanted. */
  schemaBoot = 0;
  /** Last known text of each series that has text, by series id. */
  readonly texts = new Map<number, string>();
  readonly #nonces: string[] = [];

  constructor(
    stored: StoredHost,
    parts: { agent: string; key: AgentKey | undefined; layout: SeriesLayout },
  ) {
    this.number = stored.number;
    this.id = stored.id;
    this.agent = parts.agent;
    this.key = parts.key;
    this.layout = parts.layout;
    this.firstSeenMs = stored.firstSeenMs;
    this.name = stored.name;
    this.labels = stored.labels;
    this.facts = stored.facts;
    this.address = stored.address;
    this.boot = stored.bootMs;
    this.state = stored.state;
    this.lastSeenMs = stored.lastSeenMs;
  }

  /** The agent has started anew: ticks and sequence numbers begin at 0 again. */
  startBoot(boot: number): void {
    this.boot = boot;
    this.window = new ReplayWindow();
    this.timeline.restart();
    this.missing.clear();
    this.parts.clear();
    this.byeSequence = -1;
    this.grownAtTick = 0;
    // Schemas are numbered anew, too.
    this.layout.schema = -1;
  }

  rememberNonce(nonce: Uint8Array): void {
    this.#nonces.push(Buffer.from(nonce).toString('latin1'));
    if (this.#nonces.length > NONCES_MAX) this.#nonces.shift();
  }

  /** True for the nonce of a request that was sent lately. */
  hasAsked(nonce: Uint8Array): boolean {
    return this.#nonces.includes(Buffer.from(nonce).toString('latin1'));
  }

  record(): HostRecord {
    const { number, id, name, address, labels, facts, firstSeenMs } = this;
    return { number, id, name, address, labels, facts, bootMs: this.boot, firstSeenMs };
  }

  stored(): StoredHost {
    return {
      ...this.record(),
      lastSeenMs: this.lastSeenMs,
      state: this.state,
      schema: this.layout.schema,
      series: this.layout.metricOf,
      live: this.layout.live,
    };
  }
}
