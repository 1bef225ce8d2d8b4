import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../base/errors.ts';
import { Exposition, readSeries } from './exposition.ts';

type Sample = readonly [series: string, value: number, timeMs?: number];

/** Reads a text that comes in pieces of `size` characters. */
function read(text: string, { isOpenMetrics = false, size = text.length || 1 } = {}) {
  const samples: Sample[] = [];
  const exposition = new Exposition({
    isOpenMetrics,
    onSample: (series, value, timeMs) =>
      samples.push(timeMs === undefined ? [series, value] : [series, value, timeMs]),
  });
  for (let at = 0; at < text.length; at += size) exposition.push(text.slice(at, at + size));
  exposition.end();
  return { samples, exposition };
}

const { NaN: NAN, POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

const lines: readonly (readonly [line: string, sample: Sample])[] = [
  ['a 1', ['a', 1]],
  ['a:b_2 -1.5e-3', ['a:b_2', -0.0015]],
  ['a\t\t+12.  ', ['a', 12]],
  ['a .5', ['a', 0.5]],
  ['a 1 1700000000000', ['a', 1, 1_700_000_000_000]],
  ['a 1 -5', ['a', 1, -5]],
  ['a{} 2', ['a{}', 2]],
  ['a{x="1"} 2', ['a{x="1"}', 2]],
  ['a{x="1",} 2', ['a{x="1",}', 2]],
  ['a {x="1"}2', ['a {x="1"}', 2]],
  ['a{x="}",y="\\"} 3"} 4', ['a{x="}",y="\\"} 3"}', 4]],
  ['a{x="# 5"} 4', ['a{x="# 5"}', 4]],
  ['a NaN', ['a', NAN]],
  ['a +Inf', ['a', POSITIVE_INFINITY]],
  ['a -inf', ['a', NEGATIVE_INFINITY]],
  ['a infinity', ['a', POSITIVE_INFINITY]],
  ['a 9007199254740993', ['a', 9_007_199_254_740_992]],
];
for (const [line, sample] of lines) {
  test(`a sample: ${line}`, () => assert.deepEqual(read(`${line}\n`).samples, [sample]));
}

const broken: readonly (readonly [text: string, message: RegExp])[] = [
  ['a', /line 1: "a" is no sample/],
  ['a1', /is no sample/],
  ['9a 1', /is no sample/],
  ['a-b 1', /is no sample/],
  ['a{x="1" 1', /is no sample/],
  ['a{x=1 1', /is no sample/],
  ['a 0x10', /has no number where 0x10 stands/],
  ['a 1e', /has no number where 1e stands/],
  ['a 1_000', /has no number where 1_000 stands/],
  ['a one', /has no number where one stands/],
  ['a 1 1-2', /has no time where 1-2 stands/],
  ['a 1 2 3', /is no sample/],
  ['a 1\n\n# x\nb', /line 4: "b" is no sample/],
  ['<html>', /is no sample/],
  [`a{x="${'y'.repeat(70_000)}"} 1`, /is too long/],
  [
    Array.from({ length: 10_001 }, (_, index) => `# TYPE m${index} gauge\n`).join(''),
    /line 10001: "# TYPE m10000 gauge" describes one metric more than 10000/,
  ],
];
for (const [text, message] of broken) {
  test(`refused: ${text.slice(0, 40)}`, () => {
    assert.throws(() => read(text), { code: 'exposition-invalid', message });
  });
}

const series: readonly (readonly [text: string, labels: Readonly<Record<string, string>>])[] = [
  ['a', {}],
  ['a{}', {}],
  ['a { x = "1" , y = "2" , }', { x: '1', y: '2' }],
  ['a{x="C:\\\\dir\\n\\"q\\""}', { x: 'C:\\dir\n"q"' }],
  ['a{x="\\d"}', { x: '\\d' }],
  ['a{x="",y="größe"}', { y: 'größe' }],
  ['a{le="+Inf"}', { le: '+Inf' }],
];
for (const [text, labels] of series) {
  test(`labels of ${text}`, () => assert.deepEqual(readSeries(text), { name: 'a', labels }));
}

for (const text of ['a{,}', 'a{x="1" y="2"}', 'a{x="1",,y="2"}', 'a{x="1",x="2"}', 'a{9="1"}']) {
  test(`refused: the labels of ${text}`, () => {
    assert.throws(() => readSeries(text), { code: 'exposition-invalid' });
  });
}

const TEXT = `# HELP requests_total Requests,\\nby code: \\\\ is a backslash
# TYPE requests_total counter
requests_total{code="200"} 7
# TYPE took_seconds histogram
took_seconds_bucket{le="+Inf"} 3
took_seconds_sum 1.5
took_seconds_count 3
# TYPE size summary
size{quantile="0.5"} NaN
size_sum 1
# TYPE queue gauge
queue 4
queue_total 5
# a comment
nothing 1
`;

test('what grows is told from what goes up and down', () => {
  const { exposition } = read(TEXT);
  const cumulative = (name: string) => exposition.meaning(name).isCumulative;
  assert.equal(exposition.meaning('requests_total').help, 'Requests,\nby code: \\ is a backslash');
  for (const name of ['requests_total', 'took_seconds_bucket', 'took_seconds_sum', 'size_sum']) {
    assert.ok(cumulative(name), name);
  }
  for (const name of ['size', 'queue', 'queue_total', 'nothing', 'never_seen']) {
    assert.ok(!cumulative(name), name);
  }
});

test('a long text about a metric is cut to what is sent on', () => {
  const { exposition } = read(`# HELP a ${'é'.repeat(30_000)}\na 1\n`);
  assert.equal(exposition.meaning('a').help, 'é'.repeat(256));
});

test('OpenMetrics: seconds, units, exemplars, and an end', () => {
  const text = `# TYPE took_seconds counter
# UNIT took_seconds seconds
took_seconds_total{a="b"} 5 1700000000.25 # {trace_id="x y"} 0.5 1700000000
took_seconds_created{a="b"} 1.7e9
# EOF
`;
  const { samples, exposition } = read(text, { isOpenMetrics: true });
  assert.deepEqual(samples, [
    ['took_seconds_total{a="b"}', 5, 1_700_000_000_250],
    ['took_seconds_created{a="b"}', 1.7e9],
  ]);
  const meaning = { isCumulative: true, help: '', unit: 'seconds' };
  assert.deepEqual(exposition.meaning('took_seconds_total'), meaning);
  assert.ok(!exposition.meaning('took_seconds_created').isCumulative);
  assert.throws(() => read('a 1\n', { isOpenMetrics: true }), /OpenMetrics ends in # EOF/);
  assert.throws(() => read(`${text}a 1\n`, { isOpenMetrics: true }), /stands behind # EOF/);
});

test('it does not matter in which pieces an answer comes', () => {
  const whole = read(TEXT).samples;
  for (let size = 1; size < 40; size += 1) assert.deepEqual(read(TEXT, { size }).samples, whole);
});

const name = fc.stringMatching(/^[A-Za-z_:][A-Za-z0-9_:]{0,9}$/);
const labels = fc.dictionary(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/),
  fc.string({ minLength: 1, maxLength: 9, unit: 'binary' }),
  { maxKeys: 4, noNullPrototype: true },
);

test('law: what is written is read again', () => {
  const written = fc.record({ name, labels, value: fc.double() });
  fc.assert(
    fc.property(fc.array(written, { maxLength: 5 }), (given) => {
      const text = given.map((one) => `${one.name}${braces(one.labels)} ${textOf(one.value)}\n`);
      const { samples } = read(text.join(''), { size: 7 });
      const back = samples.map(([key, value]) => ({ ...readSeries(key), value }));
      assert.deepEqual(
        back.map(({ value }) => value),
        given.map(({ value }) => value),
      );
      assert.deepEqual(
        back.map((one) => [one.name, Object.entries(one.labels)]),
        given.map((one) => [one.name, Object.entries(one.labels)]),
      );
    }),
  );
});

function braces(pairs: Readonly<Record<string, string>>): string {
  const escaped = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const texts = Object.entries(pairs).map(([label, value]) => `${label}="${escaped(value)}"`);
  return texts.length === 0 ? '' : `{${texts.join(',')}}`;
}

function textOf(value: number): string {
  if (Math.abs(value) === POSITIVE_INFINITY) return value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

test('law: any text gives samples or our error, soon', () => {
  const token = fc.constantFrom(
    ...'{}",=# \n\\',
    'a',
    'x="1"',
    '1',
    'NaN',
    '# TYPE a counter\n',
    '\0',
  );
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(token, { maxLength: 60 }).map((parts) => parts.join('')),
    fc
      .tuple(fc.nat(TEXT.length), fc.string({ maxLength: 3 }))
      .map(([at, junk]) => TEXT.slice(0, at) + junk + TEXT.slice(at + 1)),
  );
  fc.assert(
    fc.property(
      anything,
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      (text, isOpenMetrics, size) => {
        try {
          for (const [key] of read(text, { isOpenMetrics, size }).samples) readSeries(key);
        } catch (error) {
          if (!(error instanceof InputError) || error.code !== 'exposition-invalid') throw error;
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('a line that is hard to match is refused as soon as an easy one', () => {
  const hard = `a{${'"x"'.repeat(20_000)} 1`;
  assert.throws(() => read(hard), { code: 'exposition-invalid' });
});
