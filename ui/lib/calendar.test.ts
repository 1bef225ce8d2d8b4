import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monthAfter, startOfDay, weeksOf } from './calendar.ts';

test('weeks begin on Monday', () => {
  const weeks = weeksOf({ year: 2026, month: 11 });
  assert.deepEqual(weeks[0], [null, null, null, null, null, null, 1]);
  assert.deepEqual(weeks.at(-1), [30, null, null, null, null, null, null]);
  assert.deepEqual(
    weeksOf({ year: 2027, month: 2 }).flat(),
    Array.from({ length: 28 }, (_, i) => i + 1),
  );
});

test('months before and after', () => {
  assert.deepEqual(monthAfter({ year: 2026, month: 12 }, 1), { year: 2027, month: 1 });
  assert.deepEqual(monthAfter({ year: 2026, month: 1 }, -1), { year: 2025, month: 12 });
});

test('a day of a clock change is 25 hours long', () => {
  const start = (day: number) => startOfDay({ year: 2026, month: 10, day }, 'Europe/Berlin');
  assert.equal(start(26) - start(25), 25 * 3_600);
});
