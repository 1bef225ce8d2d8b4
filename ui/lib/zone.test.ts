import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOf, wallTime } from './zone.ts';

const utc = (text: string) => Date.parse(`${text}Z`) / 1000;

const TIMES = [
  ['2026-11-21T10:02:15', 'Europe/Berlin', [2026, 11, 21, 11, 2, 15]],
  ['2026-07-01T23:30:00', 'Europe/Berlin', [2026, 7, 2, 1, 30, 0]],
  ['2026-01-01T00:00:00', 'America/New_York', [2025, 12, 31, 19, 0, 0]],
  ['2026-01-01T00:00:00', 'Asia/Kathmandu', [2026, 1, 1, 5, 45, 0]],
  ['2026-01-01T00:00:00', 'UTC', [2026, 1, 1, 0, 0, 0]],
] as const;
for (const [text, zone, [year, month, day, hour, minute, second]] of TIMES) {
  test(`${text} UTC in ${zone}, and back`, () => {
    const wall = { year, month, day, hour, minute, second };
    assert.deepEqual(wallTime(utc(text), zone), wall);
    assert.equal(secondsOf(wall, zone), utc(text));
  });
}

test('the browser’s own zone', () => {
  const wall = { year: 2026, month: 3, day: 4, hour: 5, minute: 6, second: 7 };
  assert.deepEqual(wallTime(secondsOf(wall, undefined), undefined), wall);
});

test('fields carry over, and an hour that does not exist becomes one beside it', () => {
  const midnight = { year: 2026, month: 3, day: 0, hour: 0, minute: 0, second: 0 };
  assert.equal(secondsOf(midnight, 'UTC'), utc('2026-02-28T00:00:00'));
  const skipped = secondsOf({ ...midnight, day: 29, hour: 2, minute: 30 }, 'Europe/Berlin');
  assert.ok([utc('2026-03-29T00:30:00'), utc('2026-03-29T01:30:00')].includes(skipped));
});
