import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../base/errors.ts';
import { labelFilter, many, timeRange, whole } from './params.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;

const ranges = [
  { query: {}, fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS },
  { query: { from: '-15m' }, fromMs: NOW_MS - HOUR_MS / 4, toMs: NOW_MS },
  { query: { from: '-1d', to: '-2h' }, fromMs: NOW_MS - 24 * HOUR_MS, toMs: NOW_MS - 2 * HOUR_MS },
  { query: { from: '0', to: '1.5' }, fromMs: 0, toMs: 1500 },
  { query: { to: '3600' }, fromMs: 0, toMs: HOUR_MS },
  {
    query: { from: '2026-11-20T23:00:00Z', to: 'now' },
    fromMs: NOW_MS - HOUR_MS,
    toMs: NOW_MS,
  },
];
for (const { query, fromMs, toMs } of ranges) {
  test(`the range of ${JSON.stringify(query)}`, () => {
    assert.deepEqual(timeRange(query, NOW_MS), { fromMs, toMs });
  });
}

const badTimes = ['1e3', '-5', '-1x', 'tomorrow', '2026-13-01T00:00:00Z', '123456789012'];
for (const from of badTimes) {
  test(`from=${from} is refused with what can be written`, () => {
    assert.throws(() => timeRange({ from }, NOW_MS), { code: 'param-time', message: /-15m/ });
  });
}

test('labels are picked out by their prefix', () => {
  const query = { host: 'a', 'label.device': 'sda', 'label.rack': 'r1' };
  assert.deepEqual(labelFilter(query), { device: 'sda', rack: 'r1' });
});

test('limits are told', () => {
  assert.throws(() => many({ host: ['a', 'b', 'c'] }, 'host', 2), {
    code: 'param-range',
    message: 'host is given 3 times; at most 2 are answered at once',
  });
});

test('whatever a query string holds, it is read or refused, never more', () => {
  const value = fc.oneof(fc.string(), fc.constantFrom('-1m', '1', 'now', '9'.repeat(400), 'NaN'));
  const query = fc.dictionary(
    fc.constantFrom('from', 'to', 'points', 'host'),
    fc.oneof(value, fc.array(value)),
  );
  fc.assert(
    fc.property(query, (given) => {
      for (const read of [
        () => timeRange(given, NOW_MS),
        () => whole(given, 'points', { default: 1, min: 1, max: 10 }),
        () => many(given, 'host', 3),
      ]) {
        try {
          read();
        } catch (error) {
          assert.ok(error instanceof InputError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});
