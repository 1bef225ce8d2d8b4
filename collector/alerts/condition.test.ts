import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCondition } from './condition.ts';

for (const { expr, want } of [
  { expr: 'load_one', want: false },
  { expr: 'sum(rate(bytes_in[5m])) / 8', want: false },
  { expr: 'vector(1)', want: false },
  { expr: '1 > bool 0', want: false },
  { expr: 'a or b', want: false },
  { expr: 'load_one > 8', want: true },
  { expr: 'count(up == 0)', want: true },
  { expr: 'up unless on (host) ready', want: true },
  { expr: 'absent(up)', want: true },
]) {
  test(`${expr} ${want ? 'has a' : 'has no'} condition`, () =>
    assert.equal(hasCondition(expr), want));
}
