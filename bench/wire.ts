/**
 * What one second of a host costs to encode and to decode, per metric, beside JSON and beside a codec without schema that writes id
 * and double for each value. Run: node bench/wire.ts
 */

import { readSamples, readSamplesHead, typeCodes, writeSamples } from '../wire/samples.ts';
import { XdrReader, XdrWriter } from '../wire/xdr.ts';
import { METRIC_COUNT, schemaTypes, tickTable } from './wire-data.ts';

const ROUNDS = 200_000;
const types = schemaTypes();
const codes = typeCodes(types);
const ticks = Array.from({ length: 64 }, (_, second) => tickTable(types, second));
const head = { schema: 1, tick: 0, first: 0, count: METRIC_COUNT };
const out = {
  numbers: new Float64Array(METRIC_COUNT),
  strings: new Array<string | undefined>(METRIC_COUNT),
};
const buffer = new Uint8Array(4096);

interface Contender {
  name: string;
  encode(numbers: Float64Array): Uint8Array;
  decode(bytes: Uint8Array): void;
}

const writer = new XdrWriter(buffer);
const xdr: Contender = {
  name: 'clustermon SAMPLES',
  encode(numbers) {
    writer.offset = 0;
    writeSamples(writer, head, codes, { numbers, strings: out.strings });
    return writer.written();
  },
  decode(bytes) {
    const reader = new XdrReader(bytes);
    readSamplesHead(reader, head);
    if (readSamples(reader, head, codes, out) !== undefined) throw new Error('decode failed');
  },
};

const view = new DataView(buffer.buffer);
const naive: Contender = {
  name: 'id + double, DataView',
  encode(numbers) {
    for (let index = 0; index < METRIC_COUNT; index += 1) {
      view.setUint32(index * 12, index);
      view.setFloat64(index * 12 + 4, numbers[index] ?? 0);
    }
    return buffer.subarray(0, METRIC_COUNT * 12);
  },
  decode(bytes) {
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 12) {
      out.numbers[source.getUint32(at)] = source.getFloat64(at + 4);
    }
  },
};

const json: Contender = {
  name: 'JSON',
  encode: (numbers) => Buffer.from(JSON.stringify(Array.from(numbers))),
  decode(bytes) {
    out.numbers.set(JSON.parse(Buffer.from(bytes).toString()) as number[]);
  },
};

/** Nanoseconds a metric: the best of five rounds of CPU time. */
function measure(work: (round: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < 5; repeat += 1) {
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS / 5; round += 1) work(round);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / ((ROUNDS / 5) * METRIC_COUNT));
  }
  return best;
}

console.log(`${METRIC_COUNT} metrics a datagram; CPU nanoseconds a metric, best of 5`);
console.log('codec                    bytes  encode  decode');
for (const contender of [xdr, naive, json]) {
  const encoded = ticks.map(({ numbers }) => contender.encode(numbers).slice());
  const encode = measure((round) => contender.encode(ticks[round % 64]?.numbers ?? out.numbers));
  const decode = measure((round) => contender.decode(encoded[round % 64] ?? buffer));
  const size = String(encoded[0]?.length ?? 0).padStart(5);
  console.log(
    `${contender.name.padEnd(24)} ${size} ${encode.toFixed(1).padStart(7)} ${decode.toFixed(1).padStart(7)}`,
  );
}

const collect = globalThis.gc;
if (collect) {
  collect();
  const before = process.memoryUsage().heapUsed;
  const encoded = xdr.encode(ticks[0]?.numbers ?? out.numbers).slice();
  for (let round = 0; round < 100_000; round += 1) xdr.decode(encoded);
  const grown = (process.memoryUsage().heapUsed - before) / (100_000 * METRIC_COUNT);
  console.log(
    `heap bytes a metric decoded: ${grown.toFixed(3)} (run with --expose-gc --max-semi-space-size=1024)`,
  );
}
