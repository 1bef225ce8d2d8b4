/** One simulated host on the wire: its datagrams, made from what it does. Speaks for itself alone; the socket is the caller's. */
import { createHash } from 'node:crypto';
import { agentKey } from '../base/authentication.ts';
import {
  BACKFILL_HEAD_SIZE,
  type BackfillRow,
  backfillRowSize,
  type Request,
  ROWS_MAX,
  writeBackfill,
  writeEvent,
} from '../wire/control.ts';
import { KINDS, type Kind } from '../wire/packet.ts';
import { type TypeCodes, typeCodes, type ValueTable, writeSamples } from '../wire/samples.ts';
import { NO_NONCE, splitSchema, writeSchemaPart } from '../wire/schema.ts';
import { XdrWriter } from '../wire/xdr.ts';
import { type Activity, emptyActivity, isDead, observe } from './activity.ts';
import { AgentDatagrams, BODY_MAX } from './agent-datagrams.ts';
import type { DemoHost } from './cluster.ts';
import { DEMO_METRICS } from './metrics.ts';

const SCHEMA_NUMBER = 1;
/** As the agent's own history: ticks that a collector can ask for. */
const HISTORY_SECONDS = 900;
const TYPES: TypeCodes = typeCodes(DEMO_METRICS.map(({ metric }) => metric.type));

/** Sends one datagram; the bytes are only valid during the call. */
export type Send = (datagram: Uint8Array) => void;

export class HostSender {
  readonly host: DemoHost;
  readonly #datagrams: AgentDatagrams;
  readonly #rowWriter = new XdrWriter(new Uint8Array(BODY_MAX));
  readonly #activity: Activity;
  readonly #table: ValueTable = {
    numbers: new Float64Array(DEMO_METRICS.length),
    strings: new Array<string | undefined>(DEMO_METRICS.length),
  };
  #bootSecond: number;
  #wasDead = false;

  constructor(host: DemoHost, secret: Uint8Array | undefined, bootSecond: number) {
    this.host = host;
    const agent = idOf(host);
    const key = secret && agentKey(secret, agent);
    this.#datagrams = new AgentDatagrams({ agent, key, boot: bootSecond * 1000 });
    this.#bootSecond = bootSecond;
    this.#activity = emptyActivity(host);
  }

  /** 16 latin-1 characters. */
  get id(): string {
    return this.#datagrams.agent;
  }

  get boot(): number {
    return this.#datagrams.boot;
  }

  /** What the host has to say in `second`, from its boot on: samples, the schema once a minute, an event after it came back; nothing while it is dead. */
  tick(second: number, send: Send): void {
    if (second < this.#bootSecond) return;
    const dead = isDead(this.host, second);
    if (this.#wasDead && !dead) {
      this.#bootSecond = second;
      this.#datagrams.restart(second * 1000);
      this.#sendEvent(second, send);
    }
    this.#wasDead = dead;
    if (dead) return;
    const sinceBoot = second - this.#bootSecond;
    if (sinceBoot === 0 || (sinceBoot + this.host.index) % 60 === 0) {
      this.sendSchema(second * 1000, NO_NONCE, send);
    }
    this.#datagram(KINDS.samples, second * 1000, send, (writer) =>
      this.#writeSamples(writer, second),
    );
  }

  sendSchema(nowMs: number, nonce: Uint8Array, send: Send): void {
    const { host } = this;
    const whole = {
      schema: SCHEMA_NUMBER,
      nonce,
      hostName: host.name,
      labels: host.labels,
      facts: {
        demo: 'simulated host',
        'cpu.cores': String(host.cores),
        'os.release': 'Debian GNU/Linux 12 (simulated)',
        'system.model': `Demo ${host.class}`,
      },
      metrics: DEMO_METRICS.map(({ metric }) => metric),
    };
    for (const part of splitSchema(whole, BODY_MAX)) {
      this.#datagram(KINDS.schema, nowMs, send, (writer) => writeSchemaPart(writer, part));
    }
  }

  /** Answers a collector that missed something; like an agent it goes back no further than its boot and its history. */
  answer(request: Request, nowSecond: number, send: Send): void {
    if (isDead(this.host, nowSecond)) return;
    if (request.wantSchema) this.sendSchema(nowSecond * 1000, request.nonce, send);
    const oldest = Math.max(0, nowSecond - HISTORY_SECONDS - this.#bootSecond);
    const newest = nowSecond - this.#bootSecond;
    let rows: BackfillRow[] = [];
    let size = BACKFILL_HEAD_SIZE;
    const flush = () => {
      if (rows.length === 0) return;
      const full = rows;
      this.#datagram(KINDS.backfill, nowSecond * 1000, send, (writer) =>
        writeBackfill(writer, { nonce: request.nonce, rows: full }),
      );
      rows = [];
      size = BACKFILL_HEAD_SIZE;
    };
    for (const { from, to } of request.ranges) {
      for (let tick = Math.max(from, oldest); tick <= Math.min(to, newest); tick += 1) {
        const row = this.#row(this.#bootSecond + tick);
        if (size + backfillRowSize(row) > BODY_MAX || rows.length === ROWS_MAX) flush();
        rows.push(row);
        size += backfillRowSize(row);
      }
    }
    flush();
  }

  #row(second: number): BackfillRow {
    this.#rowWriter.offset = 0;
    this.#writeSamples(this.#rowWriter, second);
    return { timeMs: second * 1000, body: this.#rowWriter.written().slice() };
  }

  #writeSamples(writer: XdrWriter, second: number): void {
    observe(this.host, second, this.#activity);
    for (let index = 0; index < DEMO_METRICS.length; index += 1) {
      this.#table.numbers[index] = DEMO_METRICS[index]?.value(this.#activity) ?? Number.NaN;
    }
    const tick = second - this.#bootSecond;
    const head = { schema: SCHEMA_NUMBER, tick, first: 0, count: DEMO_METRICS.length };
    writeSamples(writer, head, TYPES, this.#table);
  }

  #sendEvent(second: number, send: Send): void {
    this.#datagram(KINDS.event, second * 1000, send, (writer) =>
      writeEvent(writer, { kind: 'boot', text: 'the host started', labels: {} }),
    );
  }

  #datagram(kind: Kind, timeMs: number, send: Send, body: (writer: XdrWriter) => void): void {
    send(this.#datagrams.make(kind, timeMs, body));
  }
}

function idOf({ name }: DemoHost): string {
  return createHash('sha256').update(`clustermon demo ${name}`).digest('latin1').slice(0, 16);
}
