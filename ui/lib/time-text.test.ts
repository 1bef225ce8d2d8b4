import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime, parseWindow } from './time-text.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z') / 1000;
const CLOCK = { nowS: NOW, zone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text) / 1000;

const TIMES: readonly (readonly [text: string, seconds: number | null])[] = [
  ['now', NOW],
  [' -6h ', NOW - 21_600],
  ['14:30', at('2026-11-21T14:30+01:00')],
  ['14:30:05', at('2026-11-21T14:30:05+01:00')],
  ['2026-07-01', at('2026-07-01T00:00+02:00')],
  ['2026-07-01 8:00', at('2026-07-01T08:00+02:00')],
  ['2026-07-01t08:00:01', at('2026-07-01T08:00:01+02:00')],
  ['2026-13-01', null],
  ['25:00', null],
  ['10:60', null],
  ['', null],
  ['-6', null],
  ['yesterday', null],
];
for (const [text, seconds] of TIMES)
  test(`the time ${JSON.stringify(text)}`, () => assert.equal(parseTime(text, CLOCK), seconds));

test('a window back from now is live, others are fixed, and backwards is none', () => {
  assert.deepEqual(parseWindow('-45m', '', CLOCK), { kind: 'live', seconds: 2_700 });
  assert.deepEqual(parseWindow('-45m', '-15m', CLOCK), {
    kind: 'fixed',
    fromS: NOW - 2_700,
    toS: NOW - 900,
  });
  assert.deepEqual(parseWindow('10:00', 'now', CLOCK), {
    kind: 'fixed',
    fromS: NOW - 3_600,
    toS: NOW,
  });
  assert.equal(parseWindow('now', '-1h', CLOCK), null);
  assert.equal(parseWindow('x', 'now', CLOCK), null);
});
