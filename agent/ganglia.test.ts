import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { type GangliaMessage, readGanglia, writeGanglia } from '../wire/ganglia.ts';
import { GangliaEmitter, startGanglia } from './ganglia.ts';
import { Sampler } from './sampler.ts';
import { SeriesTable, SourceTable } from './series.ts';
import { quietLog, sourcesOf } from './testing/machine.ts';

/** Two metrics of Ganglia's and two that are not, and what is sent of them. */
function setUp(): {
  emitter: GangliaEmitter;
  table: SeriesTable;
  tick(count?: number): string[];
} {
  const table = new SeriesTable();
  const source = new SourceTable(table);
  const spec = { group: 'g', title: 't' };
  source.numbers[source.add({ ...spec, name: 'load_one' })] = 1.5;
  source.strings[source.add({ ...spec, name: 'os_name', type: 'string', slope: 'zero' })] = 'Linux';
  source.numbers[source.add({ ...spec, name: 'mine' })] = 1;
  source.numbers[source.add({ ...spec, name: 'cpu_user', labels: { cpu: '0' } })] = 1;
  source.add({ ...spec, name: 'cpu_idle' });
  const sent: string[] = [];
  const emitter = new GangliaEmitter({ hostName: 'n1', table }, (datagram) => {
    const message = readGanglia(datagram) ?? assert.fail();
    sent.push(`${message.kind} ${message.name}`);
  });
  for (let one = 1; one < 5; one += 1) emitter.tick();
  assert.deepEqual(sent, [], 'a collector is to know the agent first');
  const tick = (count = 1) => {
    sent.length = 0;
    for (let one = 0; one < count; one += 1) emitter.tick();
    return sent;
  };
  return { emitter, table, tick };
}

const FIRST = ['metadata load_one', 'value load_one', 'metadata os_name', 'value os_name'];

test("Ganglia's metrics are sent at once with their metadata, then each 15 s, what is fixed each minute", () => {
  const { tick } = setUp();
  assert.deepEqual(tick(), FIRST);
  assert.deepEqual(tick(9), []);
  assert.deepEqual(tick(), ['value load_one']);
  const later = tick(60);
  assert.equal(later.filter((line) => line === 'value load_one').length, 4);
  assert.equal(later.filter((line) => line === 'value os_name').length, 1);
});

test('metadata is told again after five minutes', () => {
  const { tick } = setUp();
  tick(300);
  const later = tick(60);
  assert.equal(later.filter((line) => line === 'metadata load_one').length, 1);
  assert.equal(later.filter((line) => line === 'metadata os_name').length, 1);
});

test('metadata that is asked for comes in the next second, but not each second', () => {
  const { emitter, tick } = setUp();
  tick(16);
  const ask = (name: string) =>
    emitter.answer(writeGanglia({ kind: 'request', host: 'n1', name, isSpoofed: false }));
  for (const name of ['load_one', 'load_one', 'mine', 'nothing']) ask(name);
  for (const hex of ['', '6e6f', '0000008800']) emitter.answer(Buffer.from(hex, 'hex'));
  assert.deepEqual(tick(), ['metadata load_one', 'value load_one']);
  ask('load_one');
  assert.deepEqual(tick(), []);
});

test('no text can break the XML of a gmond', () => {
  const table = new SeriesTable();
  const source = new SourceTable(table);
  const title = '<&"\'>°\n;?=A~';
  source.numbers[source.add({ name: 'load_one', group: 'g', title, units: '<' })] = 1;
  const sent: (GangliaMessage | undefined)[] = [];
  const emitter = new GangliaEmitter({ hostName: 'n1', table }, (datagram) => {
    sent.push(readGanglia(datagram));
  });
  for (let one = 1; one <= 5; one += 1) emitter.tick();
  const [metadata] = sent;
  assert.ok(metadata?.kind === 'metadata');
  assert.deepEqual([metadata.units, metadata.extra[0]], [' ', ['TITLE', '       ;?=A~']]);
});

test('a series that gets its value late is sent then', () => {
  const { table, tick } = setUp();
  tick();
  table.numbers[4] = 99;
  assert.deepEqual(tick(), ['metadata cpu_idle', 'value cpu_idle']);
});

test('over UDP: the metrics of a whole machine are those of gmond', async () => {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const messages: GangliaMessage[] = [];
  receiver.on('message', (datagram) => {
    const message = readGanglia(datagram);
    if (message) messages.push(message);
  });
  const table = new SeriesTable();
  let nowMs = 0;
  const monotonicMs = () => nowMs;
  const root = join(import.meta.dirname, 'testdata/machines/vm/0');
  const sources = sourcesOf(root, table, monotonicMs);
  const sampler = new Sampler(sources, { table, monotonicMs, log: quietLog });
  const { port } = receiver.address();
  const settings = { gangliaTarget: `127.0.0.1:${port}`, interface: '', ttl: 1 };
  const ganglia = await startGanglia(settings, { hostName: 'n1', table, log: quietLog });
  try {
    for (; nowMs < 6000; nowMs += 1000) {
      sampler.sample();
      ganglia.tick();
    }
    const untilMs = Date.now() + 5000;
    const isHeartbeat = ({ name }: GangliaMessage) => name === 'heartbeat';
    while (messages.length < 50 || !messages.some(isHeartbeat)) {
      assert.ok(Date.now() < untilMs, `${messages.length} came`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(messages.every(({ host }) => host === 'n1'));
    const total = messages.find(({ kind, name }) => kind === 'metadata' && name === 'mem_total');
    assert.ok(total?.kind === 'metadata');
    assert.deepEqual([total.type, total.units, total.slope], ['double', 'KB', 'zero']);
    assert.deepEqual(total.extra.at(-1), ['GROUP', 'memory']);
  } finally {
    await ganglia.close();
    receiver.close();
  }
});
