import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDurationMs, parseDurationMs } from './duration.ts';
import { labelsHashFraction, xxHash64 } from './hash.ts';
import { Labels } from './labels.ts';
import { formatDecimal, formatSampleValue, parseNumber, quote, unquote } from './literal.ts';
import { Matcher } from './matcher.ts';
import { spellForGrammar, withTodaysWords } from './scan.ts';
import { compareNaturally } from './sort-call.ts';

for (const [text, ms] of [
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  [
    '1y2w3d4h5m6s7ms',
    365 * 86_400_000 + 14 * 86_400_000 + 3 * 86_400_000 + 4 * 3_600_000 + 306_007,
  ],
  ['0', 0],
  ['5', undefined],
  ['5m1h', undefined],
  ['', undefined],
  ['-5m', undefined],
] as const) {
  test(`duration ${JSON.stringify(text)}`, () => assert.equal(parseDurationMs(text), ms));
}

for (const [ms, text] of [
  [0, '0s'],
  [90_000, '1m30s'],
  [7 * 86_400_000, '1w'],
  [8 * 86_400_000, '8d'],
  [365 * 86_400_000, '1y'],
  [1001, '1s1ms'],
] as const) {
  test(`${ms} ms is written ${text}`, () => {
    assert.equal(formatDurationMs(ms), text);
    assert.equal(parseDurationMs(text), ms);
  });
}

for (const [text, value] of [
  ['1e3', 1000],
  ['0x10', 16],
  ['010', 8],
  ['1_0', 10],
  ['-.5', -0.5],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['1m30s', 90],
  ['frob', Number.NaN],
] as const) {
  test(`number ${text}`, () => assert.equal(parseNumber(text).value, value));
}

for (const [value, decimal, sample] of [
  [1e21, '1000000000000000000000', '1e+21'],
  [1.5e-7, '0.00000015', '1.5e-07'],
  [-0, '-0', '-0'],
  [Number.NaN, 'NaN', 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Inf', '-Inf'],
  [0.1, '0.1', '0.1'],
] as const) {
  test(`${value} is written ${decimal} and ${sample}`, () => {
    assert.equal(formatDecimal(value), decimal);
    assert.equal(formatSampleValue(value), sample);
  });
}

for (const [quoted, text] of [
  ['"a\\x41\\101\\u00e9\\n"', 'aAAé\n'],
  ["'\\''", "'"],
  ['`\\`', '\\'],
  ['"\\xff"', '\udcff'],
  ['"\\q"', undefined],
  ['"a', undefined],
  ['"a\\"', undefined],
  ['"\\\'"', undefined],
] as const) {
  test(`string ${quoted}`, () => {
    assert.equal(unquote(quoted), text);
    if (text !== undefined) assert.equal(unquote(quote(text)), text);
  });
}

test('spellings that the grammar lacks get others of the same length', () => {
  for (const [text, spelled] of [
    ['2. + 1./3.', '2  + 1 /3 '],
    ['"2." + \'min_of(\'', '"2." + \'min_of(\''],
    ['min_of(a[Min_Of(STEP(), 1)], 2)', 'idelta(a[min_of(step(), 1)], 2)'],
    ['x offset -Step() + min_of(1, 2)', 'x offset -step() + idelta(1, 2)'],
    ['x offset (2*RANGE()) # STEP()', 'x offset (2*range())         '],
    ['min_of', 'min_of'],
  ] as const)
    assert.equal(spellForGrammar(text), spelled);
});

test('durations may be written with the words of Prometheus 3.6', () => {
  for (const [text, todays] of [
    ['min(x[max(1m, MIN(step(), 1s))])', 'min(x[max_of(1m, min_of(step(), 1s))])'],
    ['x offset max (1m, 2m) + max (y)', 'x offset max_of (1m, 2m) + max (y)'],
    ['x{a="[min("}[5m] # [min(', 'x{a="[min("}[5m] # [min('],
  ] as const)
    assert.equal(withTodaysWords(text), todays);
});

test('labels are sorted, unique and without empty values', () => {
  const labels = Labels.from({ rack: 'r1', __name__: 'up', host: 'n1', empty: '' });
  assert.deepEqual(
    [...labels],
    [
      ['__name__', 'up'],
      ['host', 'n1'],
      ['rack', 'r1'],
    ],
  );
  assert.equal(labels.toString(), 'up{host="n1", rack="r1"}');
  assert.equal(labels.with('host', '').toString(), 'up{rack="r1"}');
  assert.equal(labels.keep(new Set(['host'])).key, Labels.from({ host: 'n1' }).key);
  assert.equal(labels.without(new Set(['x'])), labels);
  assert.equal(Labels.EMPTY.toString(), '{}');
  assert.equal(Labels.from({ __name__: 'a b', 'c d': 'e' }).toString(), '{"a b", "c d"="e"}');
  assert.notEqual(Labels.from({ a: 'bc' }).key, Labels.from({ ab: 'c' }).key);
});

test('a matcher of plain alternatives names them', () => {
  assert.deepEqual(new Matcher('host', '=~', 'n1|n2').alternatives, ['n1', 'n2']);
  assert.equal(new Matcher('host', '=~', 'n.').alternatives, undefined);
  assert.ok(new Matcher('host', '!~', 'n1|n2').matches('n3'));
  assert.ok(!new Matcher('host', '!~', 'n1|n2').matches('n2'));
  assert.ok(new Matcher('host', '=~', 'n1|').matches(''));
});

test('names with numbers are ordered as people do', () => {
  const names = ['n10', 'n9', 'n1', '1.111.3', '1.2.3', 'n', 'n09'];
  assert.deepEqual(names.sort(compareNaturally), [
    '1.2.3',
    '1.111.3',
    'n',
    'n1',
    'n09',
    'n9',
    'n10',
  ]);
});

test('XXH64 gives the published digests', () => {
  for (const [text, digest] of [
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ] as const)
    assert.equal(xxHash64(Buffer.from(text)).toString(16), digest);
});

test('label sets spread over the unit interval', () => {
  const fractions = Array.from({ length: 1000 }, (_, i) =>
    labelsHashFraction(Labels.from({ host: `n${i}` })),
  );
  const below = fractions.filter((fraction) => fraction < 0.25).length;
  assert.ok(below > 200 && below < 300, `${below}`);
  assert.ok(fractions.every((fraction) => fraction >= 0 && fraction < 1));
});
