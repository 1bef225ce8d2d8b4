import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { defaultsOf } from '../../base/config.ts';
import { InputError } from '../../base/errors.ts';
import { openLog } from '../../base/log.ts';
import {
  type GangliaMessage,
  type GangliaMetadata,
  type GangliaValue,
  readGanglia,
  writeGanglia,
} from '../../wire/ganglia.ts';
import { isMetricName, type Labels, LIMITS } from '../../wire/metric.ts';
import { PacketError } from '../../wire/packet.ts';
import { collectorSettings } from '../settings.ts';
import { GangliaHosts } from './ganglia-hosts.ts';
import { listenForGanglia } from './ganglia-server.ts';
import { checkSample, type ReceivedSample } from './received-sample.ts';
import { Refusals } from './refusals.ts';

/** What reaches the inlets' hosts, as text. */
class Taken {
  readonly lines: string[] = [];
  readonly samples: ReceivedSample[] = [];
  readonly facts = new Map<string, Labels>();

  take(sample: ReceivedSample): void {
    checkSample(sample, 0);
    this.samples.push(sample);
    this.lines.push(`${sample.host} ${sample.name} ${JSON.stringify(sample.value)}`);
  }
  describe(host: string, facts: Labels): void {
    this.facts.set(host, facts);
  }
  forget(host: string): void {
    this.lines.push(`forget ${host}`);
  }
  giveWay(host: string, name: string): void {
    this.lines.push(`${host} becomes ${name}`);
  }
}

function setUp(): {
  into: Taken;
  asked: string[];
  agents: Set<string>;
  hosts: GangliaHosts;
} {
  const into = new Taken();
  const asked: string[] = [];
  const agents = new Set<string>();
  const hosts = new GangliaHosts({
    into,
    ask: ({ host, name }, address) => void asked.push(`${host} ${name} ${address}`),
    hasAgent: (name) => agents.has(name),
  });
  return { into, asked, agents, hosts };
}

const NAME = { host: 'node-a', name: 'm', isSpoofed: false };
const METADATA: GangliaMetadata = {
  ...NAME,
  kind: 'metadata',
  type: 'float',
  units: 'C',
  slope: 'both',
  tmax: 60,
  dmax: 0,
  extra: [],
};
const VALUE: GangliaValue = { ...NAME, kind: 'value', encoding: 'float', format: '%f', value: 1 };

const recorded = readFileSync(
  join(import.meta.dirname, '../../wire/testdata/ganglia-packets.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { name: string; hex: string });

test('what real gmonds and gmetrics sent becomes samples', () => {
  const { into, hosts } = setUp();
  for (const { hex } of recorded) {
    const message = readGanglia(Buffer.from(hex, 'hex'));
    try {
      if (message) hosts.take(message, `address of ${message.host}`, 0);
    } catch (error) {
      into.lines.push(error instanceof InputError ? error.message : assert.fail(String(error)));
    }
  }
  hosts.tick(1000);
  const expected = readFileSync(join(import.meta.dirname, 'testdata/ganglia.txt'), 'utf8');
  assert.equal(`${into.lines.join('\n')}\n`, expected);
  assert.equal(into.facts.get('node-a')?.['ganglia_location'], '3,7,1');
});

type Message = Omit<Partial<GangliaMetadata>, 'kind'> | Omit<Partial<GangliaValue>, 'kind'>;
const value = (changes: Message = {}) => ({ ...VALUE, ...changes }) as GangliaMessage;
const metadata = (changes: Message = {}) => ({ ...METADATA, ...changes }) as GangliaMessage;

const cases: readonly [
  what: string,
  messages: readonly GangliaMessage[],
  lines: readonly string[],
][] = [
  ['a number before its metadata is taken by what is known', [value()], ['node-a m 1']],
  ['a text waits for its metadata', [value({ encoding: 'string', value: '7' })], []],
  [
    'it is a number then when the metadata says so',
    [value({ encoding: 'string', value: ' 7 ' }), metadata()],
    ['node-a m 7'],
  ],
  [
    'or a text',
    [value({ encoding: 'string', value: '7' }), metadata({ type: 'string' })],
    ['node-a m "7"'],
  ],
  ['a directive of printf is not looked at', [value({ format: '%n%s%99999999d' })], ['node-a m 1']],
  [
    'what cannot stand in a name does not',
    [value({ name: '../../etc/x:y' })],
    ['node-a ______etc_x_y 1'],
  ],
  [
    'a value for another host',
    [value({ host: '10.0.0.9:pdu:9', name: 'outlet1:power', isSpoofed: true })],
    ['pdu:9 outlet1 1'],
  ],
  [
    'heartbeat and location are no metrics',
    [value({ name: 'Heartbeat' }), value({ name: 'location' })],
    [],
  ],
];
for (const [what, messages, lines] of cases) {
  test(what, () => {
    const { into, hosts } = setUp();
    for (const message of messages) hosts.take(message, '10.0.0.1', 0);
    assert.deepEqual(into.lines, lines);
  });
}

const refusals: readonly [what: string, messages: readonly GangliaMessage[], field: string][] = [
  ['a host without a name', [value({ host: '' })], 'host'],
  ['a name with a line break', [value({ host: 'a\nb' })], 'host'],
  ['a name of 254 bytes', [value({ host: 'a'.repeat(254) })], 'host'],
  ['no colon in the name of another host', [value({ host: 'x', isSpoofed: true })], 'host'],
  ['no name behind the colon', [value({ host: 'x:', isSpoofed: true })], 'host'],
  ['a metric without a name', [value({ name: '' })], 'metric'],
  ['a metric with a name of 129 bytes', [value({ name: 'a'.repeat(129) })], 'metric'],
  ['no number', [metadata(), value({ encoding: 'string', value: 'nan' })], 'value'],
  ['an empty number', [metadata(), value({ encoding: 'string', value: '' })], 'value'],
  ['an infinite number', [value({ encoding: 'double', value: Infinity })], 'value'],
  [
    'a text of 257 bytes',
    [metadata({ type: 'string' }), value({ encoding: 'string', value: 'a'.repeat(257) })],
    'value',
  ],
  ['a host with an agent', [value({ host: 'with-agent' })], 'agent'],
];
for (const [what, messages, field] of refusals) {
  test(`refused: ${what}`, () => {
    const { agents, hosts } = setUp();
    agents.add('with-agent');
    const all = () => {
      for (const message of messages) hosts.take(message, '10.0.0.1', 0);
    };
    assert.throws(all, { code: 'inlet-sample', field });
  });
}

test('hosts and metrics are bounded', () => {
  const { hosts } = setUp();
  for (let one = 0; one < 4000; one += 1) hosts.take(value({ name: `m${one}` }), '10.0.0.1', 0);
  assert.throws(() => hosts.take(value(), '10.0.0.1', 0), { code: 'inlet-limit', field: 'series' });
  for (let one = 1; one < 2000; one += 1) {
    hosts.take(value({ host: `h${one}` }), `10.1.${one >> 8}.${one & 255}`, 0);
  }
  const more = () => hosts.take(value({ host: 'more' }), '10.2.0.1', 0);
  assert.throws(more, { code: 'inlet-limit', field: 'hosts' });
  hosts.tick(300_001);
  assert.doesNotThrow(more);
});

test('metadata that is not known is asked for, with the words of the sender', () => {
  const { asked, hosts } = setUp();
  hosts.take(value({ host: '10.0.0.9:pdu', isSpoofed: true }), '10.0.0.1', 0);
  hosts.take(metadata(), '10.0.0.2', 0);
  hosts.take(value(), '10.0.0.2', 0);
  assert.deepEqual(asked, ['10.0.0.9:pdu m 10.0.0.1']);
});

test('metadata tells units, slope, interval, group, title and description', () => {
  const { into, hosts } = setUp();
  const extra = [
    ['TITLE', 'Heat'],
    ['DESC', 'How hot it is'],
    ['GROUP', 'power'],
    ['GROUP', 'rack'],
  ] as const;
  hosts.take(metadata({ extra, dmax: 600 }), '10.0.0.1', 0);
  hosts.take(value(), '10.0.0.1', 0);
  hosts.take(metadata({ slope: 'derivative', units: 'u'.repeat(33) }), '10.0.0.1', 0);
  hosts.take(value(), '10.0.0.1', 0);
  const [first, second] = into.samples;
  assert.deepEqual(first?.meaning, {
    slope: 'both',
    units: 'C',
    description: 'How hot it is',
    title: 'Heat',
    dmax: 600,
    group: 'power',
    tmax: 60,
  });
  assert.equal(first?.holdMs, 600_000);
  const untold = { units: '', description: '', title: 'm', dmax: 0 };
  assert.deepEqual(second?.meaning, { ...untold, slope: 'positive' });
  assert.equal(second?.holdMs, 300_000);
});

test('a host that sent heartbeats is down after 80 s; what is still known comes back with it', () => {
  const { into, hosts } = setUp();
  const at = (second: number, message: GangliaMessage) =>
    hosts.take(message, '10.0.0.1', second * 1000);
  at(0, metadata({ name: 'fixed', slope: 'zero', tmax: 1200 }));
  at(0, value({ name: 'fixed', value: 5 }));
  at(0, value({ name: 'short' }));
  at(0, metadata({ name: 'bad', dmax: 5000 }));
  assert.throws(() => at(0, value({ name: 'bad', encoding: 'string', value: 'nan' })));
  at(0, value({ name: 'heartbeat', encoding: 'uint', value: 1_767_225_600 }));
  hosts.tick(80_000);
  assert.equal(into.facts.get('node-a')?.['ganglia_started'], '1767225600');
  into.lines.length = 0;
  hosts.tick(80_001);
  assert.deepEqual(into.lines, ['forget node-a']);
  at(1000, value({ name: 'heartbeat', encoding: 'uint', value: 1_767_225_600 }));
  assert.deepEqual(into.lines, ['forget node-a', 'node-a fixed 5']);
  assert.equal(into.samples.at(-1)?.holdMs, 3_800_000);
});

test('two machines of one name are two hosts, until the first is silent', () => {
  const { into, hosts } = setUp();
  hosts.take(value({ name: 'heartbeat', encoding: 'uint', value: 1 }), '10.0.0.1', 0);
  hosts.take(value(), '10.0.0.2', 0);
  hosts.tick(90_000);
  hosts.take(value(), '10.0.0.3', 90_000);
  assert.deepEqual(into.lines, ['node-a@10.0.0.2 m 1', 'forget node-a', 'node-a m 1']);
});

test('an agent that comes takes the name, and Ganglia is not heard for it any more', () => {
  const { into, agents, hosts } = setUp();
  hosts.take(value(), '10.0.0.1', 0);
  agents.add('node-a');
  hosts.tick(1000);
  hosts.tick(2000);
  assert.deepEqual(into.lines, ['node-a m 1', 'node-a becomes node-a-ganglia']);
  assert.throws(() => hosts.take(value(), '10.0.0.1', 3000), { field: 'agent' });
});

/** Numbers below `limit`, the same in each run. Source: Park and Miller, 1988 */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % limit;
  };
}

test('of 100,000 changed datagrams each is taken whole or refused', () => {
  const { into, hosts } = setUp();
  into.take = (sample) => {
    checkSample(sample, 0);
    assert.ok(isMetricName(sample.name), sample.name);
    const { units, title = '', description } = sample.meaning;
    assert.ok(Buffer.byteLength(units) <= LIMITS.units);
    assert.ok(Buffer.byteLength(title) <= LIMITS.title);
    assert.ok(Buffer.byteLength(description) <= LIMITS.description);
    assert.ok(sample.holdMs !== undefined && sample.holdMs > 0);
    taken += 1;
  };
  let taken = 0;
  let refused = 0;
  const below = random(1);
  const all = recorded.map(({ hex }) => Buffer.from(hex, 'hex'));
  for (let run = 0; run < 100_000; run += 1) {
    const bytes = Uint8Array.from(all[below(all.length)] ?? []);
    for (let change = below(4); change > 0; change -= 1) bytes[below(bytes.length)] = below(256);
    const length = below(4) === 0 ? below(bytes.length) : bytes.length;
    try {
      const message = readGanglia(bytes.subarray(0, length));
      if (message) hosts.take(message, '10.0.0.1', run);
    } catch (error) {
      assert.ok(error instanceof InputError || error instanceof PacketError, String(error));
      refused += 1;
    }
  }
  assert.ok(taken > 10_000 && refused > 10_000, `${taken} taken, ${refused} refused`);
});

test('over UDP: asks for metadata once, refuses strangers and nonsense', async () => {
  const clock = new ManualClock(1_767_225_600_000);
  const logged: string[] = [];
  const log = openLog('test', 'warn', (line) => void logged.push(line));
  const into = new Taken();
  const agents = { has: () => false, taken: () => [], close: () => {} };
  const start = async (gangliaFrom: readonly string[]) => {
    const settings = { ...defaultsOf(collectorSettings), gangliaFrom };
    const refusals = new Refusals(`ganglia-${gangliaFrom[0]}`, log);
    return listenForGanglia(settings, { clock, log, refusals, into, agents });
  };
  const open = await start(['127.0.0.0/8']);
  const closed = await start(['10.0.0.0/8']);
  const sender = createSocket('udp4');
  sender.send(writeGanglia(value()), closed.port, '127.0.0.1');
  sender.send('nonsense', open.port, '127.0.0.1');
  sender.send(Buffer.of(0, 0, 0, 133, 0), open.port, '127.0.0.1');
  sender.send(writeGanglia(value({ host: 'node-b' })), open.port, '127.0.0.1');
  const untilMs = Date.now() + 5000;
  while (into.lines.length < 1 || logged.length < 2) {
    assert.ok(Date.now() < untilMs, `nothing came: ${logged}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(into.lines, ['node-b m 1']);
  const text = logged.join('\n');
  assert.match(text, /inlet=ganglia-127.0.0.0\/8 sender=127.0.0.1 count=1 fields="datagram 1"/);
  assert.match(text, /fields="sender 1" code=inlet-sample message="sender: 127.0.0.1 is in none/);
  const ended = once(sender, 'close');
  sender.close();
  await ended;
  await open.close();
  await closed.close();
});
