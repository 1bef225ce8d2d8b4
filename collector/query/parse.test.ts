import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepare } from './engine.ts';
import { QueryError } from './errors.ts';
import { CHAIN_MAX, DEPTH_MAX, QUERY_LENGTH_MAX } from './parse.ts';
import { prettyPrint, print } from './print.ts';

/** Query texts and their canonical form. */
const ACCEPTED: readonly (readonly [text: string, canonical: string])[] = [
  ['1', '1'],
  ['2.', '2'],
  ['.5e1', '5'],
  ['0x1F', '31'],
  ['1_000', '1000'],
  ['-Inf', '-Inf'],
  ['1h30m', '1h30m'],
  ['90s', '1m30s'],
  ['"a\\tb\\u00e9"', '"a\\tbé"'],
  ['`raw\\n`', '"raw\\\\n"'],
  ['up', 'up'],
  ['up{}', 'up'],
  ['{__name__="up"}', '{__name__="up"}'],
  ['{"up"}', 'up'],
  ['{"disk free", mount="/"}', '{"disk free",mount="/"}'],
  ['up{b="2",a!="1",}', 'up{a!="1",b="2"}'],
  ['up{a=~\'x|y\',b!~"z.*"}', 'up{a=~"x|y",b!~"z.*"}'],
  ['rate(x[5m])', 'rate(x[5m])'],
  ['rate(x[300])', 'rate(x[5m])'],
  ['x[5m:]', 'x[5m:]'],
  ['x[5m:10s] @ 60 offset -1m', 'x[5m:10s] @ 60.000 offset -1m'],
  ['x offset 1h @ end()', 'x @ end() offset 1h'],
  ['x[5m] anchored', 'x[5m] anchored'],
  ['rate(x[5m] smoothed @ 10 offset 1m)', 'rate(x[5m] smoothed @ 10.000 offset 1m)'],
  ['x offset STEP()', 'x offset step()'],
  ['x[min_of(5m, range() / 2)]', 'x[min_of(5m, range() / 2)]'],
  ['min_of(1, max_of(2, 3))', 'min_of(1, max_of(2, 3))'],
  ['holt_winters(x[1h], 0.5, 0.5)', 'holt_winters(x[1h], 0.5, 0.5)'],
  ['SUM BY (a, "b c") (x)', 'sum by (a, "b c") (x)'],
  ['sum(x) without (a)', 'sum without (a) (x)'],
  ['topk(3, x)', 'topk(3, x)'],
  ['a + on(l) group_left(m) b', 'a + on (l) group_left (m) b'],
  ['a == bool ignoring() b', 'a == bool b'],
  ['a + fill(0) b', 'a + fill (0) b'],
  [
    'a + on(l) group_right fill_left(1) fill_right(2) b',
    'a + on (l) group_right () fill_left (1) fill_right (2) b',
  ],
  ['- - a', '--a'],
  ['-1', '-1'],
  ['a # comment\n + b', 'a + b'],
  ['# why\nmax by (x) (# of\na{b="#"}) # end', 'max by (x) (a{b="#"})'],
  ['(a)', '(a)'],
  ['sum', 'sum'],
  ['offset_total offset 5m', 'offset_total offset 5m'],
  ['fill + fill_left', 'fill + fill_left'],
];

for (const [text, canonical] of ACCEPTED) {
  test(`parses ${JSON.stringify(text)}`, () => {
    assert.equal(print(prepare(text).expr), canonical);
    assert.equal(print(prepare(canonical).expr), canonical);
  });
}

/** Faulty texts and what is said of them, with the position of the fault. */
const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ['', '1:1: parse error: no expression found in input'],
  ['   ', '1:1: parse error: no expression found in input'],
  ['# only a comment', '1:1: parse error: no expression found in input'],
  ['a +', '1:4: parse error: unexpected end of input'],
  ['a b', '1:3: parse error: unexpected identifier "b"'],
  ['sum(a,)', '1:7: parse error: unexpected ")"'],
  ['a $ b', '1:3: parse error: unexpected "$"'],
  ['a\n  + + \n)', '3:1: parse error: unexpected ")"'],
  ['"abc', '1:1: parse error: unterminated quoted string or unknown escape sequence'],
  ['"a\\q"', '1:1: parse error: unterminated quoted string or unknown escape sequence'],
  ['frob(x)', '1:1: parse error: unknown function with name "frob"'],
  ['up{a=~"("}', '1:7: parse error: error parsing regexp: missing closing ): `(`'],
  [
    'up{a=~"a**"}',
    '1:7: parse error: error parsing regexp: invalid nested repetition operator: `**`',
  ],
  ['{a=~".*"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['up{__name__="down"}', '1:1: parse error: metric name must not be set twice: "up" or "down"'],
  [
    'rate(x)',
    '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
  ],
  [
    'abs(1)',
    '1:5: parse error: expected type instant vector in call to function "abs", got scalar',
  ],
  ['rate(x[5m], 1)', '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'],
  ['round(x, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
  [
    'label_join(x)',
    '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1',
  ],
  ['sum()', '1:1: parse error: no arguments for aggregate expression provided'],
  [
    'topk(x)',
    '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1',
  ],
  [
    'topk(x, x)',
    '1:6: parse error: expected type scalar in aggregation parameter, got instant vector',
  ],
  [
    'sum(1)',
    '1:5: parse error: expected type instant vector in aggregation expression, got scalar',
  ],
  ['1 > 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
  ['a + bool b', '1:3: parse error: bool modifier can only be used on comparison operators'],
  ['a and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ['a and on(x) group_left b', '1:1: parse error: no grouping allowed for "and" operation'],
  [
    'a + on(x) group_left(x) b',
    '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
  ],
  ['a + on(x) 1', '1:1: parse error: vector matching only allowed between instant vectors'],
  [
    'a + x[5m]',
    '1:5: parse error: binary expression must contain only scalar and instant vector types',
  ],
  [
    '-"a"',
    '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "string"',
  ],
  ['x[0s]', '1:3: parse error: duration must be greater than 0'],
  ['x[5m/0]', '1:3: parse error: division by zero'],
  ['x[1d-2d]', '1:3: parse error: duration must be greater than 0'],
  ['x[300y]', '1:3: parse error: duration out of range'],
  ['sum(x)[5m]', '1:1: parse error: ranges only allowed for vector selectors'],
  ['x offset 5m [5m]', '1:1: parse error: no offset modifiers allowed before range'],
  [
    '1 offset 5m',
    '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
  ],
  ['x offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
  ['x @ 1 @ 2', '1:1: parse error: @ <timestamp> may not be set multiple times'],
  ['x @ Inf', '1:5: parse error: timestamp out of bounds for @ modifier: Infinity'],
  [
    'x anchored',
    '1:1: parse error: anchored modifier can only be used with range vector selectors',
  ],
  ['info(x, y)', '1:9: parse error: expected label selectors only, got vector selector instead'],
];

for (const [text, message] of REFUSED) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => prepare(text), { code: 'query-parse', message });
  });
}

test('what is too long or too deep is refused, at once', () => {
  const startMs = performance.now();
  for (const text of [
    'a'.repeat(QUERY_LENGTH_MAX + 1),
    `${'('.repeat(DEPTH_MAX + 10)}1${')'.repeat(DEPTH_MAX + 10)}`,
    `a${' + a'.repeat(CHAIN_MAX)}`,
  ])
    assert.throws(() => prepare(text), QueryError);
  assert.ok(performance.now() - startMs < 2000);
  assert.equal(prepare(`a${' + a'.repeat(480)}`).type, 'vector');
});

test('a long query is laid out over lines that parse to the same', () => {
  const text =
    'sum by (rack) (rate(node_network_receive_bytes_total{device!="lo"}[5m])) / on (rack) group_left (pdu) sum by (rack, pdu) (power_watts)';
  const pretty = prettyPrint(prepare(text).expr);
  assert.ok(pretty.split('\n').length > 2);
  assert.equal(print(prepare(pretty).expr), print(prepare(text).expr));
});
