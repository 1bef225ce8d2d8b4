import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../base/errors.ts';
import { seededRandom } from '../ingest/testing/random.ts';
import { Families } from './families.ts';
import { parseGraphite } from './graphite.ts';
import { influxLines, parseInflux, precisionMs } from './influx.ts';
import { checkSample, type ReceivedSample, UNTOLD } from './received-sample.ts';
import { readWriteRequest } from './remote-write.ts';
import { unpackSnappy } from './snappy.ts';
import { StatsdCollection } from './statsd.ts';
import { parseStatsd } from './statsd-line.ts';
import { packSnappy, writeRequest } from './testing/write-request.ts';

const NOW_S = 1_767_225_600;

/** `host name{label=value} value @time` */
function text({ host, name, labels, value, timeMs }: ReceivedSample): string {
  const pairs = Object.entries(labels).map(([label, one]) => `${label}=${one}`);
  return `${host} ${name}{${pairs}} ${value} @${timeMs === undefined ? 'now' : timeMs / 1000}`;
}

const graphite = [
  { line: `web01.cpu.user 12.5 ${NOW_S}`, is: `web01 cpu_user{} 12.5 @${NOW_S}` },
  { line: 'web01.load -1e3\r', is: 'web01 load{} -1000 @now' },
  { line: 'web01.1st-try 1 N', is: 'web01 _1st_try{} 1 @now' },
  { line: 'a.b 1 -1', is: 'a b{} 1 @now' },
  { line: 'cpu.user;host=w1;core=0 5 10', is: 'w1 cpu_user{core=0} 5 @10' },
];
for (const { line, is } of graphite) {
  test(`Graphite: ${JSON.stringify(line)}`, () => assert.equal(text(parseGraphite(line)), is));
}

const influx = [
  {
    line: `cpu,host=w1,core=0 user=12.5,idle=80i ${NOW_S}000000000`,
    is: [`w1 cpu_user{core=0} 12.5 @${NOW_S}`, `w1 cpu_idle{core=0} 80 @${NOW_S}`],
  },
  {
    // Quotes are letters in tags.
    line: String.raw`size,host=w1,model=3.5",of="a\=1 v="x=1 y",w=2`,
    is: ['w1 size_w{model=3.5",of="a=1} 2 @now'],
  },
  { line: 'up text="a\nb c=1,\\"\nd",value=t', is: ['10.0.0.1 up{} 1 @now'] },
  { line: 'up value=t', is: ['10.0.0.1 up{} 1 @now'] },
  {
    line: String.raw`disk\ io,host=w\,1,path=/a\ b read=1u,text="a b, c=d \" e",x=false`,
    is: ['w,1 disk_io_read{path=/a b} 1 @now', 'w,1 disk_io_x{path=/a b} 0 @now'],
  },
];
for (const { line, is } of influx) {
  test(`InfluxDB: ${JSON.stringify(line)}`, () => {
    const options = { unitMs: precisionMs(undefined), sender: '10.0.0.1' };
    assert.deepEqual(parseInflux(line, options).map(text), is);
  });
}

/** Bodies, and the points that they are split into. */
const bodies: readonly { name: string; body: string; points: readonly string[] }[] = [
  { name: 'a point a line', body: 'a b=1\n\n# c\nd e=2\r\n', points: ['a b=1', 'd e=2\r'] },
  {
    name: 'a text of several lines, one of them like a point',
    body: 'a b="\n# c\nd e=\\"1\n",f=1\ng h=2',
    points: ['a b="\n# c\nd e=\\"1\n",f=1', 'g h=2'],
  },
  {
    name: 'a text that ends where another begins',
    body: 'a b="1\n",c="2\n" 5\nd e=1',
    points: ['a b="1\n",c="2\n" 5', 'd e=1'],
  },
  { name: 'quotes in tags', body: 'a,b=3" c=1\nd,e=5" f=1', points: ['a,b=3" c=1', 'd,e=5" f=1'] },
  { name: 'a text without an end', body: 'a b="1\nc d=1', points: ['a b="1', 'c d=1'] },
  {
    name: 'a text that is longer than a line may be',
    body: `a b="1\n${'c d=1\n'.repeat(11_000)}"`,
    points: ['a b="1', ...Array.from({ length: 11_000 }, () => 'c d=1'), '"'],
  },
];
for (const { name, body, points } of bodies) {
  test(`InfluxDB: ${name}`, () => assert.deepEqual(influxLines(body), points));
}

const statsd = [
  { lines: ['hits:3|c', 'hits:1|c|@0.1'], is: ['10.0.0.1 hits{} 1.3 @now'] },
  { lines: ['t:7|g', 't:+3|g', 't:-1|g'], is: ['10.0.0.1 t{} 9 @now'] },
  { lines: ['u:a|s', 'u:b|s', 'u:a|s'], is: ['10.0.0.1 u{} 2 @now'] },
  { lines: ['a.b:1|g|#host:w1,code:200,flag'], is: ['w1 a_b{code=200} 1 @now'] },
  {
    lines: Array.from({ length: 20 }, (_, index) => `d:${index + 1}|ms`),
    is: ['rate{} 2', 'mean{} 10.5', 'p50{} 10', 'p95{} 19', 'max{} 20'].map(
      (one) => `10.0.0.1 d_${one} @now`,
    ),
  },
];
for (const { lines, is } of statsd) {
  test(`StatsD: ${lines.slice(0, 3).join(' ')}`, () => {
    const collection = new StatsdCollection();
    for (const line of lines) collection.take(parseStatsd(line), '10.0.0.1', 0);
    const taken: string[] = [];
    collection.flush({ take: (sample) => void taken.push(text(sample)) }, 10_000);
    assert.deepEqual(taken, is);
  });
}

test('a StatsD counter that is idle is 0, and ends when it is idle for five minutes', () => {
  const collection = new StatsdCollection();
  collection.take(parseStatsd('hits:5|c'), 'w1', 0);
  const taken: (number | string)[] = [];
  for (const nowMs of [10_000, 20_000, 301_000, 311_000]) {
    collection.flush({ take: ({ value }) => void taken.push(value) }, nowMs);
  }
  assert.deepEqual(taken, [0.5, 0]);
});

test('StatsD refuses what cannot be stored when it comes, and keeps no place for it', () => {
  const collection = new StatsdCollection();
  const long = parseStatsd(`${'a'.repeat(129)}:1|c`);
  for (let sent = 0; sent < 3; sent += 1) {
    assert.throws(() => collection.take(long, 'w1', 0), {
      code: 'inlet-sample',
      message: /^metric: .* has 129 bytes/,
    });
  }
  collection.flush({ take: ({ name }) => assert.fail(name) }, 10_000);
});

const refusedTexts: readonly [parse: () => unknown, message: RegExp][] = [
  [() => parseGraphite('a.b'), /^line: "a.b" is not "path value time"/],
  [() => parseGraphite('a.b 1 2 3'), /^line: /],
  [() => parseGraphite('load 1 2'), /^path: "load" names no host/],
  [() => parseGraphite('a.b x 2'), /^value: "x" is no number/],
  [() => parseGraphite('a.b 1 x'), /^time: "x" is no number/],
  [() => parseGraphite('a;b 1 2'), /^tag: "b" is not name=value/],
  [() => parseStatsd('a'), /^line: /],
  [() => parseStatsd('a:1|x'), /^type: "x" is none of/],
  [() => parseStatsd('a:b|c'), /^value: "b"/],
  [() => parseStatsd(`a:${'b'.repeat(257)}|s`), /^value: .* has 257 bytes, the limit is 256/],
  [() => parseStatsd('a:1|c|@2'), /^rate: "@2" must be above 0/],
  [() => parseInflux('cpu', { unitMs: 1, sender: 'a' }), /^line: /],
  [() => parseInflux('cpu a=1 2 3', { unitMs: 1, sender: 'a' }), /^line: /],
  [() => parseInflux('cpu a=x', { unitMs: 1, sender: 'a' }), /^field: "x" is no number/],
  [() => parseInflux('cpu,a b=1', { unitMs: 1, sender: 'a' }), /^tag: "a" is not name=value/],
  [
    () => parseInflux(`cpu a="${'b'.repeat(65_536)}",c=1`, { unitMs: 1, sender: 'a' }),
    /^line: .* is longer than 65536 characters/,
  ],
  [() => precisionMs('d'), /^precision: "d" is none of/],
];
for (const [parse, message] of refusedTexts) {
  test(`refused: ${message.source}`, () => {
    assert.throws(parse, { code: 'inlet-sample', message });
  });
}

const SOUND: ReceivedSample = {
  host: 'a',
  name: 'b',
  labels: {},
  meaning: UNTOLD,
  value: 1,
  timeMs: undefined,
};
const limits: readonly [change: Partial<ReceivedSample>, message: RegExp | undefined][] = [
  [{}, undefined],
  [{ value: Number.NaN }, undefined],
  [{ value: Number.POSITIVE_INFINITY }, /^value: b is Infinity/],
  [{ host: '' }, /^host: is empty/],
  [{ host: 'a'.repeat(253) }, undefined],
  [{ host: 'a'.repeat(254) }, /^host: .* has 254 bytes, the limit is 253/],
  [{ name: 'a'.repeat(129) }, /^metric: .* the limit is 128/],
  [{ labels: { a: 'ä'.repeat(129) } }, /^label a: .* has 258 bytes, the limit is 256/],
  [{ labels: { 'a-b': 'c' } }, /^label: "a-b" is no name/],
  [{ timeMs: NOW_S * 1000 - 300_000 }, undefined],
  [{ timeMs: NOW_S * 1000 - 301_000 }, /^time: b is 301 s old/],
  [{ timeMs: NOW_S * 1000 + 301_000 }, /^time: b is -301 s old/],
];
for (const [change, message] of limits) {
  test(`a sample with ${JSON.stringify(change).slice(0, 40)} is ${message ? 'refused' : 'taken'}`, () => {
    const check = () => checkSample({ ...SOUND, ...change }, NOW_S * 1000);
    if (message) assert.throws(check, { code: 'inlet-sample', message });
    else check();
  });
}

const REQUEST = writeRequest([
  {
    labels: { __name__: 'http_requests_total', instance: 'w1:9100', job: 'web' },
    samples: [
      { value: 1, timeMs: 1000 },
      { value: 2.5, timeMs: 2000 },
    ],
  },
  { labels: { __name__: 'b', host: 'w2', 'a.c': 'd' }, samples: [{ value: -1, timeMs: -5000 }] },
  { labels: { __name__: 'no_samples', host: 'w2' }, samples: [] },
]);

/** Of each series: its sample, or why it is refused. */
function read(request: Uint8Array): string[] {
  return readWriteRequest(request, new Families()).map((one) =>
    one instanceof InputError ? one.message : text(one),
  );
}

test('remote write: the newest sample of each series', () => {
  assert.deepEqual(read(REQUEST), [
    'w1 http_requests_total{instance=w1:9100,job=web} 2.5 @2',
    'w2 b{a_c=d} -1 @-5',
  ]);
});

test('remote write: a series that cannot be taken does not keep the others out', () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`l${index}`, 'x']));
  const samples = [{ value: 1, timeMs: 1000 }];
  const request = writeRequest([
    { labels: { __name__: 'native', host: 'a' }, samples: [], histograms: 1 },
    { labels: { __name__: 'wide', host: 'a', ...many }, samples },
    { labels: { __name__: 'sound', host: 'a' }, samples },
  ]);
  assert.deepEqual(read(request), [
    'histogram: native histograms are not stored; send classic buckets',
    'labels: a series has more than 100',
    'a sound{} 1 @1',
  ]);
});

test('remote write: a request of too many series is refused before it is read', () => {
  const empty = Uint8Array.from({ length: 100_002 }, (_, index) => (index % 2 === 0 ? 10 : 0));
  assert.deepEqual(read(empty.subarray(2)), []);
  assert.throws(() => read(empty), { code: 'inlet-body', message: /more than 50000 series/ });
});

test('Snappy: literals of every length, and copies that overlap', () => {
  assert.deepEqual(unpackSnappy(packSnappy(REQUEST), 1 << 20), REQUEST);
  // "ab", then 6 bytes from 2 back: kind 1, length 6 - 4 = 2, offset 2.
  assert.equal(
    Buffer.from(unpackSnappy(Uint8Array.of(8, 4, 97, 98, 9, 2), 8)).toString(),
    'abababab',
  );
  // The same with an offset of two bytes: kind 2, length 6 - 1 = 5.
  const two = Uint8Array.of(8, 4, 97, 98, (5 << 2) | 2, 2, 0);
  assert.equal(Buffer.from(unpackSnappy(two, 8)).toString(), 'abababab');
  // A literal whose length stands in one more byte: 60 << 2, length - 1.
  const long = Uint8Array.of(61, 60 << 2, 60, ...new Uint8Array(61).fill(7));
  assert.equal(unpackSnappy(long, 100).length, 61);
});

const brokenBlocks: readonly [name: string, bytes: readonly number[], message: RegExp][] = [
  ['nothing', [], /has no size/],
  ['too large', [0xff, 0xff, 0xff, 0x7f], /unpacks to 268435455 bytes, the limit is 100/],
  ['a copy of nothing', [4, 1, 1], /reaches outside/],
  ['a copy without its offset', [4, 0, 97, 1], /ends inside an element/],
  ['a short literal', [4, 12, 97], /longer than the data/],
  ['less than it says', [4, 0, 97], /has 1 of 4 bytes/],
];
for (const [name, bytes, message] of brokenBlocks) {
  test(`Snappy refuses ${name}`, () => {
    assert.throws(() => unpackSnappy(Uint8Array.from(bytes), 100), { code: 'inlet-body', message });
  });
}

test('damaged requests give samples or one of our errors, whatever is damaged', () => {
  const seed = Number(process.env['SEED'] ?? 1);
  const random = seededRandom(seed);
  let refusedCount = 0;
  const families = new Families();
  for (let round = 0; round < 5000; round += 1) {
    const isPacked = random() < 0.5;
    const bytes = (isPacked ? packSnappy(REQUEST) : REQUEST).slice(0, 1 + random() * 300);
    for (let change = random() * 4; change >= 0; change -= 1) {
      bytes[Math.floor(random() * bytes.length)] = random() * 256;
    }
    try {
      readWriteRequest(isPacked ? unpackSnappy(bytes, 10_000) : bytes, families);
    } catch (error) {
      assert.ok(error instanceof InputError, `seed ${seed} round ${round}: ${error}`);
      refusedCount += 1;
    }
  }
  assert.ok(refusedCount > 1000, `${refusedCount}`);
});
