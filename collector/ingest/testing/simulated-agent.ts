/** An agent for tests: says what it would have measured in any second, so that a test knows what must be stored. */
import { type AgentKey, isSealed, seal } from '../../../base/authentication.ts';
import { readRequest, writeBackfill, writeBye } from '../../../wire/control.ts';
import type { Metric } from '../../../wire/metric.ts';
import {
  AGENT_ID_SIZE,
  bodyReader,
  emptyHeader,
  HEADER_SIZE,
  KINDS,
  type Kind,
  readHeader,
  TAG_SIZE,
  writeHeader,
} from '../../../wire/packet.ts';
import { typeCodes, writeSamples } from '../../../wire/samples.ts';
import { NO_NONCE, splitSchema, writeSchemaPart } from '../../../wire/schema.ts';
import { XdrReader, XdrWriter } from '../../../wire/xdr.ts';

const HISTORY = 900;
const ROWS_PER_ANSWER = 8;

export function testMetric(name: string, more: Partial<Metric> = {}): Metric {
  return {
    name,
    type: 'double',
    units: '',
    slope: 'both',
    tmax: 60,
    dmax: 0,
    group: 'test',
    title: name,
    description: '',
    labels: {},
    ...more,
  };
}

export interface SimulatedAgentOptions {
  readonly name: string;
  /** That it tells; its `name` when absent. */
  readonly hostName?: string;
  readonly key: AgentKey;
  readonly metrics: readonly Metric[];
  /** Values in one SAMPLES datagram. */
  readonly valuesPerDatagram?: number;
  /** Added to the true time; may change while the agent runs. */
  readonly clockOffsetMs?: () => number;
}

interface Tick {
  readonly tick: number;
  readonly timeMs: number;
  readonly bodies: readonly Uint8Array[];
}

export class SimulatedAgent {
  readonly name: string;
  readonly agent: string;
  metrics: readonly Metric[];
  readonly #options: SimulatedAgentOptions;
  #boot: number;
  #schema = 1;
  #tick = 0;
  #sequence = 0;
  #history: Tick[] = [];

  constructor(options: SimulatedAgentOptions, bootMs: number) {
    this.#options = options;
    this.name = options.name;
    this.agent = agentId(options.name);
    this.metrics = options.metrics;
    this.#boot = bootMs;
  }

  /** What the agent measures: different for each metric and second, with a decimal. */
  value(metric: number, second: number): number {
    return ((second * 7 + metric * 13 + this.name.length) % 1000) / 10 + metric;
  }

  restart(bootMs: number): void {
    this.#boot = bootMs;
    this.#tick = 0;
    this.#sequence = 0;
    this.#history = [];
  }

  /** Other series from now on; those that stay keep their order. */
  setMetrics(metrics: readonly Metric[]): void {
    this.metrics = metrics;
    this.#schema += 1;
  }

  schema(nowMs: number, nonce: Uint8Array = NO_NONCE): Uint8Array[] {
    const whole = {
      schema: this.#schema,
      nonce,
      hostName: this.#options.hostName ?? this.name,
      labels: { rack: 'r1' },
      facts: {},
      metrics: this.metrics,
    };
    return splitSchema(whole, 1300).map((part) =>
      this.#datagram(KINDS.schema, nowMs, (writer) => writeSchemaPart(writer, part)),
    );
  }

  /** Samples `second`. @returns the datagrams to send */
  sample(second: number): Uint8Array[] {
    const timeMs = second * 1000 + (this.#options.clockOffsetMs?.() ?? 0);
    const numbers = Float64Array.from(this.metrics, (_, metric) => this.value(metric, second));
    const size = this.#options.valuesPerDatagram ?? this.metrics.length;
    const types = typeCodes(this.metrics.map(({ type }) => type));
    const table = { numbers, strings: [] };
    const bodies: Uint8Array[] = [];
    for (let first = 0; first < numbers.length; first += size) {
      const count = Math.min(size, numbers.length - first);
      const writer = new XdrWriter(new Uint8Array(1400));
      writeSamples(writer, { schema: this.#schema, tick: this.#tick, first, count }, types, table);
      bodies.push(writer.written());
    }
    this.#history.push({ tick: this.#tick, timeMs, bodies });
    if (this.#history.length > HISTORY) this.#history.shift();
    this.#tick += 1;
    return bodies.map((body) =>
      this.#datagram(KINDS.samples, timeMs, (writer) => writer.fixedOpaque(body)),
    );
  }

  bye(nowMs: number): Uint8Array {
    return this.#datagram(KINDS.bye, nowMs, (writer) => writeBye(writer, { reason: 'test' }));
  }

  /** @returns the datagrams that answer a REQUEST */
  answer(datagram: Uint8Array, nowMs: number): Uint8Array[] {
    const header = emptyHeader();
    const isForUs =
      readHeader(new XdrReader(datagram), header) === undefined && header.agent === this.agent;
    if (!isForUs || header.boot !== this.#boot || !isSealed(datagram, this.#options.key)) return [];
    const { nonce, wantSchema, ranges } = readRequest(bodyReader(datagram));
    const wanted = this.#history.filter(({ tick }) =>
      ranges.some(({ from, to }) => from <= tick && tick <= to),
    );
    const rows = wanted.flatMap(({ timeMs, bodies }) =>
      bodies.map((body) => ({ timeMs, body: this.#current(body) })),
    );
    const answers = wantSchema ? this.schema(nowMs, nonce) : [];
    for (let first = 0; first < rows.length; first += ROWS_PER_ANSWER) {
      const part = rows.slice(first, first + ROWS_PER_ANSWER);
      answers.push(
        this.#datagram(KINDS.backfill, nowMs, (writer) =>
          writeBackfill(writer, { nonce, rows: part }),
        ),
      );
    }
    return answers;
  }

  /** Series keep their order, so a row of an earlier schema can be read by the present one. */
  #current(body: Uint8Array): Uint8Array {
    const copy = body.slice();
    new DataView(copy.buffer).setUint32(0, this.#schema);
    return copy;
  }

  #datagram(kind: Kind, timeMs: number, write: (writer: XdrWriter) => void): Uint8Array {
    const writer = new XdrWriter(new Uint8Array(16_384));
    const { agent } = this;
    writeHeader(writer, { kind, agent, boot: this.#boot, sequence: this.#sequence, timeMs });
    this.#sequence += 1;
    write(writer);
    const bytes = writer.bytes.slice(0, Math.max(HEADER_SIZE, writer.offset) + TAG_SIZE);
    seal(bytes, this.#options.key);
    return bytes;
  }
}

export function agentId(name: string): string {
  return name.padEnd(AGENT_ID_SIZE, '.').slice(0, AGENT_ID_SIZE);
}
