import { createHash } from 'node:crypto';
import { type AgentKey, seal } from '../../base/authentication.ts';
import { ownText } from '../../base/own-text.ts';
import { writeBye } from '../../wire/control.ts';
import { type Labels, type Metric, seriesKey, type ValueType } from '../../wire/metric.ts';
import {
  AGENT_ID_SIZE,
  HEADER_SIZE,
  KINDS,
  type Kind,
  MAX_PAYLOAD_DEFAULT,
  TAG_SIZE,
  writeHeader,
} from '../../wire/packet.ts';
import { samplesThatFit, typeCodes, writeSamples } from '../../wire/samples.ts';
import { NO_NONCE, splitSchema, writeSchemaPart } from '../../wire/schema.ts';
import { XdrWriter } from '../../wire/xdr.ts';
import { AGE_MS_MAX, type Meaning, ownLabels, type ReceivedSample } from './received-sample.ts';

const BODY_SIZE_MAX = MAX_PAYLOAD_DEFAULT - HEADER_SIZE - TAG_SIZE;
/** Ticks between two SCHEMAs, as agents do it. */
const SCHEMA_EVERY_TICKS = 60;

interface Newest {
  metric: Metric;
  value: number | string;
  /** Of the sample; an older one does not replace it. */
  timeMs: number;
  /** Between the last two samples; 0 = there was one. */
  everySeconds: number;
  /** Until when it counts as known. */
  heldUntilMs: number;
}

/** The id of the agent that stands for a host: the same after each restart. */
export function pseudoAgentId(host: string): string {
  const digest = createHash('sha256').update(`inlet ${host}`).digest();
  return digest.subarray(0, AGENT_ID_SIZE).toString('latin1');
}

/** Speaks for one host that others send values of: holds the newest value of each series and sends all of them each second, as an agent does. */
export class PseudoAgent {
  readonly id: string;
  #host: string;
  readonly #key: AgentKey | undefined;
  readonly #boot: number;
  readonly #series = new Map<string, Newest>();
  /** As the newest SCHEMA has them. */
  #metrics: readonly Metric[] = [];
  #facts: Labels = {};
  #isChanged = true;
  #schema = 0;
  #tick = 0;
  #sequence = 0;

  constructor(host: string, { key, nowMs }: { key: AgentKey | undefined; nowMs: number }) {
    this.id = pseudoAgentId(host);
    this.#host = host;
    this.#key = key;
    this.#boot = nowMs;
  }

  get seriesCount(): number {
    return this.#series.size;
  }

  has({ name, labels }: ReceivedSample): boolean {
    return this.#series.has(seriesKey(name, labels));
  }

  take(sample: ReceivedSample, nowMs: number): void {
    const { name, labels, meaning, value } = sample;
    const key = seriesKey(name, labels);
    const timeMs = sample.timeMs ?? nowMs;
    const heldUntilMs = nowMs + (sample.holdMs ?? AGE_MS_MAX);
    const known = this.#series.get(key);
    if (!known || known.metric.type !== typeOf(value)) {
      const metric = metricOf({ ...sample, name: ownText(name), labels: ownLabels(labels) });
      this.#series.set(ownText(key), { metric, value, timeMs, everySeconds: 0, heldUntilMs });
      this.#isChanged = true;
    } else if (timeMs >= known.timeMs) {
      this.#learn(known, meaning, Math.round((timeMs - known.timeMs) / 1000));
      known.value = value;
      known.timeMs = timeMs;
      known.heldUntilMs = heldUntilMs;
    }
  }

  /** @param facts of the host, in place of all that were told before */
  describe(facts: Labels): void {
    if (JSON.stringify(facts) === JSON.stringify(this.#facts)) return;
    this.#facts = facts;
    this.#isChanged = true;
  }

  /**
   * The last datagrams: the host is stopped, and gives its name away.
   * @param name by which it is known from now on
   */
  end(name: string, nowMs: number): Uint8Array[] {
    this.#host = name;
    this.#metrics = [];
    this.#schema += 1;
    const reason = `the values of ${name} come from an agent now`;
    const bye = this.#datagram(KINDS.bye, nowMs, (writer) => writeBye(writer, { reason }));
    return [...this.schema(nowMs), bye];
  }

  /** A sender's interval is what has passed twice in a row: one sample late does not change it, nor does a rhythm that wavers a little. */
  #learn(known: Newest, meaning: Meaning, everySeconds: number): void {
    const before = known.metric.tmax;
    const isOther = Math.abs(everySeconds - before) > before / 3;
    const isInterval = everySeconds > 0 && everySeconds === known.everySeconds && isOther;
    const tmax = meaning.tmax ?? (isInterval ? everySeconds : before);
    known.everySeconds = everySeconds;
    if (tmax === before && isOf(known.metric, meaning)) return;
    known.metric = { ...known.metric, ...meaning, tmax };
    this.#isChanged = true;
  }

  /** The datagrams of one second. @returns none when no value is known any more: the agent has ended */
  tick(nowMs: number): Uint8Array[] {
    this.#forget(nowMs);
    if (this.#series.size === 0) return [];
    const withSchema = this.#isChanged || this.#tick % SCHEMA_EVERY_TICKS === 0;
    if (this.#isChanged) {
      this.#metrics = Array.from(this.#series.values(), ({ metric }) => metric);
      this.#schema += 1;
      this.#isChanged = false;
    }
    const datagrams = withSchema ? this.schema(nowMs) : [];
    datagrams.push(...this.#samples(nowMs));
    this.#tick += 1;
    return datagrams;
  }

  /** @param nonce of the REQUEST that this answers */
  schema(nowMs: number, nonce: Uint8Array = NO_NONCE): Uint8Array[] {
    const whole = {
      schema: this.#schema,
      nonce,
      hostName: this.#host,
      labels: {},
      facts: this.#facts,
      metrics: this.#metrics,
    };
    return splitSchema(whole, BODY_SIZE_MAX).map((part) =>
      this.#datagram(KINDS.schema, nowMs, (writer) => writeSchemaPart(writer, part)),
    );
  }

  #samples(nowMs: number): Uint8Array[] {
    const values = Array.from(this.#series.values(), ({ value }) => value);
    const types = typeCodes(values.map(typeOf));
    const table = {
      numbers: Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN)),
      strings: values.map((value) => (typeof value === 'string' ? value : undefined)),
    };
    const datagrams: Uint8Array[] = [];
    for (let first = 0; first < values.length; ) {
      const count = samplesThatFit(types, table, { first, sizeMax: BODY_SIZE_MAX });
      const head = { schema: this.#schema, tick: this.#tick, first, count };
      datagrams.push(
        this.#datagram(KINDS.samples, nowMs, (writer) => writeSamples(writer, head, types, table)),
      );
      first += count;
    }
    return datagrams;
  }

  #forget(nowMs: number): void {
    for (const [key, { heldUntilMs }] of this.#series) {
      if (nowMs <= heldUntilMs) continue;
      this.#series.delete(key);
      this.#isChanged = true;
    }
  }

  #datagram(kind: Kind, timeMs: number, write: (writer: XdrWriter) => void): Uint8Array {
    // One metric of the longest texts and labels takes 7 KB.
    const writer = new XdrWriter(new Uint8Array(16_384));
    const { id: agent } = this;
    writeHeader(writer, { kind, agent, boot: this.#boot, sequence: this.#sequence, timeMs });
    this.#sequence += 1;
    write(writer);
    const datagram = writer.bytes.slice(0, writer.offset + TAG_SIZE);
    seal(datagram, this.#key);
    return datagram;
  }
}

function typeOf(value: number | string): ValueType {
  return typeof value === 'string' ? 'string' : 'double';
}

function metricOf({ name, labels, meaning, value }: ReceivedSample): Metric {
  return {
    name,
    type: typeOf(value),
    // By this, queries know how long a counter is held between two samples: 1 until two more have come.
    tmax: 1,
    dmax: 0,
    group: 'received',
    title: name,
    labels,
    ...meaning,
  };
}

function isOf(metric: Metric, meaning: Meaning): boolean {
  const keys = Object.keys(meaning) as (keyof Meaning)[];
  return keys.every((key) => metric[key] === meaning[key]);
}
