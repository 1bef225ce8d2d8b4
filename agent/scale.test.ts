/** Machines that are too large for files in testdata, and sources that fail. */
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seriesKey } from '../wire/metric.ts';
import { bodyReader, KINDS } from '../wire/packet.ts';
import { Datagrams } from './datagrams.ts';
import { History } from './history.ts';
import { Publisher } from './publisher.ts';
import { Sampler } from './sampler.ts';
import { SeriesTable } from './series.ts';
import { quietLog, sourcesOf } from './testing/machine.ts';
import { headerOf, schemaPartsIn, valuesIn } from './testing/wire.ts';

const CORES = 256;
const DISKS = 60;

function withMachine(run: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'clustermon-scale-'));
  try {
    cpSync(join(import.meta.dirname, 'testdata/machines/metal/0'), root, { recursive: true });
    run(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** After `second` seconds CPU n was busy n / 256 of each, disk n had read n KiB in each. */
function writeLarge(root: string, second: number): void {
  const cpu = (name: string, busy: number, all: number) =>
    `${name} ${busy * second} 0 0 ${(all - busy) * second} 0 0 0 0 0 0\n`;
  const total = (CORES * (CORES - 1)) / 2;
  const cores = Array.from({ length: CORES }, (_, n) => cpu(`cpu${n}`, n, CORES));
  const lines = [cpu('cpu ', total, CORES * CORES), ...cores];
  const interrupts = `intr 0${' 0'.repeat(8000)}\nctxt 0\nbtime 1700000000\nprocesses 0\n`;
  writeFileSync(join(root, 'proc/stat'), lines.join('') + interrupts);
  const disks = Array.from({ length: DISKS }, (_, n) => {
    mkdirSync(join(root, 'sys/block', `sd${n}`), { recursive: true });
    return `   8 ${n} sd${n} ${second} 0 ${2 * n * second} 0 0 0 0 0 0 0 0\n`;
  });
  writeFileSync(join(root, 'proc/diskstats'), disks.join(''));
}

function sampled(root: string, change: (second: number) => void) {
  const table = new SeriesTable();
  let nowMs = 0;
  const sources = sourcesOf(root, table, () => nowMs);
  const sampler = new Sampler(sources, { table, monotonicMs: () => nowMs, log: quietLog });
  const second = (number: number) => {
    nowMs = number * 1000;
    change(number);
    sampler.sample();
    table.settle(number);
  };
  const value = (key: string) => {
    const index = table.metrics.findIndex(({ name, labels }) => seriesKey(name, labels) === key);
    return table.numbers[index];
  };
  return { table, second, value, close: () => sampler.close() };
}

test('256 CPUs and 60 disks go into datagrams of 1,400 bytes and come out again', () =>
  withMachine((root) => {
    const { table, second, value, close } = sampled(root, (number) => writeLarge(root, number + 1));
    second(0);
    second(1);
    close();
    assert.equal(value('cpu_num'), CORES);
    assert.equal(value('cpu_busy{cpu="128"}'), 50);
    assert.equal(value('disk_read_bytes{device="sd59"}'), 59 * 1024);
    const datagrams = new Datagrams(
      { agent: 'a'.repeat(16), boot: 1 },
      { key: undefined, payloadBytes: 1400 },
    );
    const history = new History({ rows: 900, bytesMax: 8 << 20 });
    const host = { hostName: 'large', labels: {}, facts: {} };
    const publisher = new Publisher(host, { table, datagrams, history });
    const parts = schemaPartsIn([...publisher.schema(0)]);
    const samples = publisher.samples(1, 1000);
    assert.ok(samples.length > 1);
    const received = new Map(
      samples.flatMap((datagram) => {
        assert.ok(datagram.length <= 1400);
        assert.equal(headerOf(datagram).kind, KINDS.samples);
        return [...valuesIn(bodyReader(datagram), parts).values];
      }),
    );
    assert.equal(received.size, table.metrics.length);
    assert.equal(received.get('cpu_busy{cpu="128"}'), 50);
    assert.equal(received.get('disk_read_bytes{device="sd59"}'), 59 * 1024);
    assert.equal(history.bodiesOf(1).length, samples.length);
  }));

test('a source that fails makes its own values unknown, and comes back', () =>
  withMachine((root) => {
    const file = join(root, 'proc/net/snmp');
    const contents = readFileSync(file);
    const { second, value, close } = sampled(root, (number) => {
      if (number === 1) truncateSync(file);
      if (number === 2) writeFileSync(file, contents);
    });
    second(0);
    assert.equal(value('tcp_established'), 8);
    second(1);
    assert.equal(value('source_success{source="traffic"}'), 0);
    assert.ok(Number.isNaN(value('tcp_established')));
    assert.ok(Number.isNaN(value('tcp_retransmits')));
    assert.equal(value('source_success{source="memory"}'), 1);
    assert.equal(value('mem_free'), 2016520);
    second(2);
    assert.equal(value('source_success{source="traffic"}'), 1);
    assert.equal(value('tcp_established'), 8);
    close();
  }));
