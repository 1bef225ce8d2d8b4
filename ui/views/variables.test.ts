import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filledIn, valuesOf } from './variables.ts';

test('a value of the URL goes before the one of the file', () => {
  const variables = [
    { name: 'host', value: '.*' },
    { name: 'rack', value: 'r1' },
  ];
  const values = valuesOf(variables, new URLSearchParams('var-host=n0.*&var-other=x'));
  assert.deepEqual(
    [...values],
    [
      ['host', 'n0.*'],
      ['rack', 'r1'],
    ],
  );
});

const cases = [
  { value: 'n0.*', expr: 'x{host=~"$host"}', filled: 'x{host=~"n0.*"}' },
  {
    value: 'n\\d"} or y{a="',
    expr: 'x{host=~"$host"}',
    filled: 'x{host=~"n\\\\d\\"} or y{a=\\""}',
  },
  { value: '$host', expr: '$host $host', filled: '$host $host' },
  { value: '$&', expr: 'a$host', filled: 'a$&' },
  { value: 'x', expr: '{a=~"b$", c="$hosts"}', filled: '{a=~"b$", c="$hosts"}' },
];
for (const { value, expr, filled } of cases) {
  test(`${expr} with ${value} is ${filled}`, () =>
    assert.equal(filledIn(expr, new Map([['host', value]])), filled));
}
