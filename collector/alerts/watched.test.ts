import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchedOf } from './watched.ts';

for (const { expr, want } of [
  { expr: 'load_one > 8', want: ['load_one | 8 above'] },
  { expr: '(load_one / cpu_num) >= 2 * 3', want: ['(load_one / cpu_num) | 2 * 3 above'] },
  { expr: '10 > fs_free', want: ['fs_free | 10 below'] },
  { expr: 'up == 0', want: ['up | 0 at'] },
  { expr: 'a < b', want: ['a | none'] },
  { expr: 'a > bool 5', want: ['a > bool 5 | none'] },
  { expr: 'a > 1 and on(host) b > 2', want: ['a | 1 above'] },
  { expr: '(a > 1 or b < 2) unless c', want: ['a | 1 above', 'b | 2 below'] },
  { expr: 'absent(up)', want: ['absent(up) | none'] },
]) {
  test(`what a condition watches: ${expr}`, () => {
    const watched = watchedOf(expr).map(
      (each) => `${each.expr} | ${each.bound ? `${each.bound.expr} ${each.bound.side}` : 'none'}`,
    );
    assert.deepEqual(watched, want);
  });
}
