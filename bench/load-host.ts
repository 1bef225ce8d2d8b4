/** One simulated host of the load generator: its values as sealed datagrams, each a view on memory that the next one is written into. */
import { agentKey } from '../base/authentication.ts';
import { AgentDatagrams, BODY_MAX } from '../demo/agent-datagrams.ts';
import { readRequest } from '../wire/control.ts';
import type { Metric } from '../wire/metric.ts';
import { AGENT_ID_SIZE, bodyReader, KINDS } from '../wire/packet.ts';
import { samplesThatFit, typeCodes, type ValueTable, writeSamples } from '../wire/samples.ts';
import { NO_NONCE, splitSchema, writeSchemaPart } from '../wire/schema.ts';
import { SIMULATED_METRICS, SimulatedHost } from './simulated-host.ts';

export class LoadHost {
  /** 16 latin-1 characters. */
  readonly agent: string;
  readonly name: string;
  readonly #sources: readonly SimulatedHost[];
  readonly #metrics: readonly Metric[];
  readonly #types: Uint8Array;
  readonly #datagrams: AgentDatagrams;
  readonly #table: ValueTable;
  #tick = 0;

  /** @param metricCount more than 50 are further sets of the same metrics, labelled `set` */
  constructor(
    index: number,
    options: { seed: number; metricCount: number; secret: Uint8Array | undefined },
  ) {
    this.name = `h${String(index).padStart(5, '0')}`;
    this.agent = `load-${options.seed}-${index}`.padEnd(AGENT_ID_SIZE, '.').slice(0, AGENT_ID_SIZE);
    const size = SIMULATED_METRICS.length;
    const sets = Math.ceil(options.metricCount / size);
    this.#sources = Array.from(
      { length: sets },
      (_, set) => new SimulatedHost(index + set * 1e6, options.seed),
    );
    this.#metrics = Array.from({ length: options.metricCount }, (_, at) => metricAt(at, size));
    this.#types = typeCodes(this.#metrics.map(({ type }) => type));
    const { agent } = this;
    const key = options.secret && agentKey(options.secret, agent);
    this.#datagrams = new AgentDatagrams({ agent, key, boot: Date.now() });
    this.#table = { numbers: new Float64Array(sets * size), strings: [] };
  }

  *schema(nonce: Uint8Array = NO_NONCE): Generator<Uint8Array> {
    const whole = {
      schema: 1,
      nonce,
      hostName: this.name,
      labels: { rack: `r${this.name.slice(1, 4)}` },
      facts: {},
      metrics: this.#metrics,
    };
    for (const part of splitSchema(whole, BODY_MAX)) {
      yield this.#datagrams.make(KINDS.schema, Date.now(), (writer) =>
        writeSchemaPart(writer, part),
      );
    }
  }

  /** The next second's values. @param second seconds since the epoch */
  *samples(second: number): Generator<Uint8Array> {
    const size = SIMULATED_METRICS.length;
    for (const [set, source] of this.#sources.entries()) {
      source.step(this.#table.numbers.subarray(set * size, (set + 1) * size));
    }
    const tick = this.#tick;
    this.#tick += 1;
    for (let first = 0; first < this.#types.length; ) {
      const at = { first, sizeMax: BODY_MAX };
      const count = samplesThatFit(this.#types, this.#table, at);
      const head = { schema: 1, tick, first, count };
      yield this.#datagrams.make(KINDS.samples, second * 1000, (writer) =>
        writeSamples(writer, head, this.#types, this.#table),
      );
      first += count;
    }
  }

  /** Answers the wish for a schema; there is no history. */
  answer(request: Uint8Array): Iterable<Uint8Array> {
    const { wantSchema, nonce } = readRequest(bodyReader(request));
    return wantSchema ? this.schema(nonce) : [];
  }
}

function metricAt(at: number, size: number): Metric {
  const metric = SIMULATED_METRICS[at % size] as Metric;
  const set = Math.floor(at / size);
  return set === 0 ? metric : { ...metric, labels: { set: String(set) } };
}
