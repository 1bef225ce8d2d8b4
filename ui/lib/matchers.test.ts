import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Matcher, matchersFor, matcherText, oneOf, parseMatchers } from './matchers.ts';

const READ: readonly (readonly [text: string, matchers: readonly Matcher[] | null])[] = [
  ['host="n1"', [{ name: 'host', value: 'n1', isRegex: false, isEqual: true }]],
  [
    ' a != "x, y" , b=~"p|q",',
    [
      { name: 'a', value: 'x, y', isRegex: false, isEqual: false },
      { name: 'b', value: 'p|q', isRegex: true, isEqual: true },
    ],
  ],
  ['quoted="a\\"b\\\\c"', [{ name: 'quoted', value: 'a"b\\c', isRegex: false, isEqual: true }]],
  ['', null],
  ['host=n1', null],
  ['host="n1" rack="r1"', null],
  ['1host="n1"', null],
  ['host="\\q"', null],
];
for (const [text, matchers] of READ)
  test(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseMatchers(text), matchers));

test('what is written is read back', () => {
  const matcher = { name: 'host', value: 'a"\\\n', isRegex: true, isEqual: false };
  assert.deepEqual(parseMatchers(matcherText(matcher)), [matcher]);
});

test('names of hosts are taken literally', () => {
  assert.equal(oneOf('host', ['n.1', 'n+2']).value, 'n\\.1|n\\+2');
});

test('several alerts are matched by what they share, and by their hosts', () => {
  const alerts = [
    { alertname: 'Down', host: 'n1', rack: 'r1' },
    { alertname: 'Down', host: 'n2', rack: 'r2' },
  ];
  assert.deepEqual(matchersFor(alerts).map(matcherText), ['alertname="Down"', 'host=~"n1|n2"']);
  assert.deepEqual(matchersFor([]), []);
});
