import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import type { HostState } from '../../wire/http.ts';
import { type Labels, type Metric, seriesKey } from '../../wire/metric.ts';
import type { LiveHost, LiveSeries } from '../hosts/host-table.ts';
import type { Listening } from '../inlets/tcp-server.ts';
import { gmetadDocument, gmondDocument } from './document.ts';
import { PROLOGUE } from './prologue.ts';
import { EVERYTHING, parseGangliaQuery } from './query.ts';
import { serveXml } from './xml-server.ts';
import { attributeText } from './xml-text.ts';

const NOW_S = 1_767_225_600;

const LOAD: Metric = {
  name: 'load_one',
  type: 'float',
  units: ' ',
  slope: 'both',
  tmax: 70,
  dmax: 0,
  group: 'load',
  title: 'One Minute Load Average',
  description: 'Load <&"> °',
  labels: {},
};
const BYTES: Metric = {
  ...LOAD,
  name: 'read_bytes',
  type: 'double',
  units: 'B',
  slope: 'positive',
  group: '',
  title: '',
  description: '',
  labels: { device: '../sda 1', zone: 'a' },
};
const OS: Metric = { ...BYTES, name: 'os', type: 'string', slope: 'zero', labels: {} };

function hostOf(
  name: string,
  values: readonly (readonly [Metric, number | string])[],
  { state = 'up', facts = {} }: { state?: HostState; facts?: Labels } = {},
): LiveHost {
  const host: LiveHost = {
    id: name,
    number: 1,
    name,
    state,
    address: '10.0.0.1',
    labels: { rack: 'r1', u: '4' },
    facts,
    bootMs: (NOW_S - 1000) * 1000,
    firstSeenMs: 0,
    lastSeenMs: (state === 'up' ? NOW_S - 1 : NOW_S - 100) * 1000,
    clockOffsetMs: 0,
    get series() {
      return all;
    },
    seriesByKey: (wanted) => all.find(({ key }) => key === wanted),
    seriesById: () => undefined,
    allSeries: () => all,
  };
  const all: LiveSeries[] = values.map(([metric, value], id) => ({
    id,
    key: seriesKey(metric.name, metric.labels),
    metric,
    host,
    value: () => (typeof value === 'number' ? value : Number.NaN),
    text: () => (typeof value === 'string' ? value : undefined),
    timeMs: () => undefined,
    at: () => Number.NaN,
  }));
  return host;
}

const source = (...hosts: readonly LiveHost[]) => ({
  hosts: { list: () => hosts },
  cluster: 'new',
  authority: 'http://head:8640',
  nowMs: () => NOW_S * 1000 + 999,
});

const FACTS = { ganglia_address: '10.9.9.9', ganglia_location: '3,7,1', ganglia_started: '5' };
const HOSTS = source(
  hostOf('a', [
    [LOAD, 1.52],
    [BYTES, 1_234_567_890_123.5],
    [OS, "Linux <6>'"],
    [{ ...LOAD, name: 'unknown' }, Number.NaN],
    [{ ...LOAD, name: 'heartbeat' }, 5],
    [{ ...OS, name: 'location' }, '7,4,0'],
  ]),
  hostOf('../b', [[LOAD, 0.1]], { facts: FACTS }),
  hostOf('c', [[LOAD, 7]], { state: 'down' }),
  hostOf('gone', [], { state: 'stopped' }),
);

const CLUSTER = `<CLUSTER NAME="new" LOCALTIME="${NOW_S}" OWNER="unspecified" LATLONG="unspecified" URL="http://head:8640">`;
const GRID = `<GRID NAME="new" AUTHORITY="http://head:8640" LOCALTIME="${NOW_S}">`;
const LOAD_EXTRA = `<EXTRA_DATA>
<EXTRA_ELEMENT NAME="GROUP" VAL="load"/>
<EXTRA_ELEMENT NAME="DESC" VAL="Load &lt;&amp;&quot;&gt; &#176;"/>
<EXTRA_ELEMENT NAME="TITLE" VAL="One Minute Load Average"/>
</EXTRA_DATA>`;

test("gmond's document", () => {
  const all = Array.from(gmondDocument(HOSTS)).join('');
  assert.ok(all.startsWith(PROLOGUE));
  const [first = ''] = all.slice(PROLOGUE.length).split('<HOST NAME="c"');
  assert.equal(
    first,
    `<GANGLIA_XML VERSION="3.7.2" SOURCE="gmond">
${CLUSTER}
<HOST NAME="a" IP="10.0.0.1" TAGS="rack=r1,u=4" REPORTED="${NOW_S - 1}" TN="1" TMAX="20" DMAX="0" LOCATION="7,4,0" GMOND_STARTED="${NOW_S - 1000}">
<METRIC NAME="load_one" VAL="1.52" TYPE="float" UNITS=" " TN="1" TMAX="70" DMAX="0" SLOPE="both">
${LOAD_EXTRA}
</METRIC>
<METRIC NAME="read_bytes_.._sda_1_a" VAL="1234567890123" TYPE="double" UNITS="B" TN="1" TMAX="70" DMAX="0" SLOPE="positive">
<EXTRA_DATA>
</EXTRA_DATA>
</METRIC>
<METRIC NAME="os" VAL="Linux &lt;6&gt;&apos;" TYPE="string" UNITS="B" TN="1" TMAX="70" DMAX="0" SLOPE="zero">
<EXTRA_DATA>
</EXTRA_DATA>
</METRIC>
</HOST>
<HOST NAME=".._b" IP="10.9.9.9" TAGS="rack=r1,u=4" REPORTED="${NOW_S - 1}" TN="1" TMAX="20" DMAX="0" LOCATION="3,7,1" GMOND_STARTED="5">
<METRIC NAME="load_one" VAL="0.1" TYPE="float" UNITS=" " TN="1" TMAX="70" DMAX="0" SLOPE="both">
${LOAD_EXTRA}
</METRIC>
</HOST>
`,
  );
  assert.ok(all.endsWith('</HOST>\n</CLUSTER>\n</GANGLIA_XML>\n'));
  assert.ok(!all.includes('gone'));
});

const METRIC_OF_A = `<METRIC NAME="load_one" VAL="1.52" TYPE="float" UNITS=" " TN="1" TMAX="70" DMAX="0" SLOPE="both" SOURCE="gmond">
${LOAD_EXTRA}
</METRIC>
`;
const HEAD_OF_A = `<HOST NAME="a" IP="10.0.0.1" REPORTED="${NOW_S - 1}" TN="1" TMAX="20" DMAX="0" LOCATION="7,4,0" GMOND_STARTED="${NOW_S - 1000}" TAGS="rack=r1,u=4">
`;
const GRID_SUMMARY = `<HOSTS UP="2" DOWN="1" SOURCE="gmetad"/>
<METRICS NAME="load_one" SUM="1.62" NUM="2" TYPE="double" UNITS=" " SLOPE="both" SOURCE="gmond">
<EXTRA_DATA>
</EXTRA_DATA>
</METRICS>
<METRICS NAME="read_bytes_.._sda_1_a" SUM="1234567890120" NUM="1" TYPE="double" UNITS="B" SLOPE="positive" SOURCE="gmond">
<EXTRA_DATA>
</EXTRA_DATA>
</METRICS>
`;
const CLUSTER_SUMMARY = `${CLUSTER}
${GRID_SUMMARY.replace('<EXTRA_DATA>\n</EXTRA_DATA>', LOAD_EXTRA)}</CLUSTER>
`;

const answers: readonly [question: string, inGrid: string][] = [
  ['/new/a/load_one', `${CLUSTER}\n${HEAD_OF_A}${METRIC_OF_A}</HOST>\n</CLUSTER>\n`],
  ['/*/a/load_one', `${CLUSTER}\n${HEAD_OF_A}${METRIC_OF_A}</HOST>\n</CLUSTER>\n`],
  ['/new/a?filter=summary', `${CLUSTER}\n${HEAD_OF_A}</HOST>\n</CLUSTER>\n`],
  ['/new/nobody', `${CLUSTER}\n</CLUSTER>\n`],
  ['/other', ''],
  ['/?filter=summary', `${GRID_SUMMARY}${CLUSTER_SUMMARY}`],
  ['/new/?filter=summary', CLUSTER_SUMMARY],
];
for (const [question, inGrid] of answers) {
  test(`gmetad's answer to ${question}`, () => {
    const query = parseGangliaQuery(question) ?? assert.fail();
    const all = Array.from(gmetadDocument(HOSTS, query)).join('');
    const root = '<GANGLIA_XML VERSION="3.7.2" SOURCE="gmetad">';
    assert.equal(all, `${PROLOGUE}${root}\n${GRID}\n${inGrid}</GRID>\n</GANGLIA_XML>\n`);
  });
}

test('without a question, and for /, gmetad gives every host with its metrics', () => {
  const all = Array.from(gmetadDocument(HOSTS, EVERYTHING)).join('');
  assert.equal(all.split('<HOST NAME').length, 4);
  assert.equal(all.split('<METRIC NAME').length, 6);
  const query = parseGangliaQuery('/') ?? assert.fail();
  assert.equal(Array.from(gmetadDocument(HOSTS, query)).join(''), all);
});

const questions: readonly [line: string, isAnswered: boolean][] = [
  ['/', true],
  ['/?filter=bogus', true],
  ['GET /a HTTP/1.1', true],
  ['', false],
  ['x', false],
  ['GET /a', false],
  ['POST /a HTTP/1.0', false],
  ...Array.from('>!@#$%`;|"\\\'<', (character): [string, boolean] => [`/a${character}`, false]),
];
for (const [line, isAnswered] of questions) {
  test(`${JSON.stringify(line)} is ${isAnswered ? 'a question' : 'refused'}`, () =>
    assert.equal(parseGangliaQuery(line) !== undefined, isAnswered));
}

const texts: readonly [text: string, xml: string][] = [
  ['<&>\'"', '&lt;&amp;&gt;&apos;&quot;'],
  ['naïve €😀', 'na&#239;ve &#8364;&#128512;'],
  ['a\tb\nc', 'a&#9;b&#10;c'],
  ['\0\u0007\u001b\ufffe\ud800', '?????'],
];
for (const [plain, xml] of texts) {
  test(`${JSON.stringify(plain)} as an attribute`, () => assert.equal(attributeText(plain), xml));
}

const LOCAL = { address: '127.0.0.1', port: 0, isKnown: () => true };

async function withServer(
  starting: Promise<Listening>,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const server = await starting;
  try {
    await run(server.port);
  } finally {
    await server.close();
  }
}

async function ask(port: number, question: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  if (question !== '') socket.write(question);
  return textOf(socket).catch(() => '');
}

test('who connects gets the document; a question ends with either character, in one piece or more', () =>
  withServer(
    serveXml(LOCAL, (question) => (question === '/no' ? undefined : [`<${question}>`, '', '!']), {
      asks: true,
    }),
    async (port) => {
      assert.equal(await ask(port, '/a\n'), '</a>!');
      assert.equal(await ask(port, '/b\r\nHost: x\r\n\r\n'), '</b>!');
      assert.equal(await ask(port, '/no\n'), '');
      assert.equal(await ask(port, 'x'.repeat(3000)), '');
    },
  ));

test('strangers get nothing', () =>
  withServer(
    serveXml({ ...LOCAL, isKnown: () => false }, () => ['secret'], { asks: false }),
    async (port) => assert.equal(await ask(port, ''), ''),
  ));

function* endless(): Generator<string> {
  for (;;) yield 'x'.repeat(100_000);
}

/** A client that takes the first bytes and no more. */
async function slowClient(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'readable');
  return socket;
}

test('a client that does not read holds up nobody', () => {
  const documents: Iterable<string>[] = [endless(), ['done']];
  return withServer(
    serveXml(LOCAL, () => documents.shift(), { asks: false }),
    async (port) => {
      const slow = await slowClient(port);
      assert.equal(await ask(port, ''), 'done');
      slow.destroy();
    },
  );
});

test('no more than 16 clients are served at a time', () =>
  withServer(serveXml(LOCAL, endless, { asks: false }), async (port) => {
    const slow: Socket[] = [];
    while (slow.length < 16) slow.push(await slowClient(port));
    assert.equal(await ask(port, ''), '');
    for (const client of slow) client.destroy();
  }));
