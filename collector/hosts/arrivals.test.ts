import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arrivals } from './arrivals.ts';

const NOW_S = 1_767_225_600;

test('another thread sees that samples have come for a second, and for which not', () => {
  const written = Arrivals.create();
  const read = new Arrivals(written.memory);
  written.note(NOW_S);
  const before = read.newest(NOW_S);
  written.note(NOW_S - 1);
  assert.equal(read.newest(NOW_S), before);
  written.note(NOW_S);
  assert.notEqual(read.newest(NOW_S), before);
  assert.ok(Number.isNaN(read.newest(NOW_S + 1)));
});

for (const [what, other] of [
  ['late by minutes', NOW_S - 128],
  ['of a clock that is ahead', NOW_S + 64],
] as const) {
  test(`a sample ${what} never makes a second look as it was`, () => {
    const arrivals = Arrivals.create();
    arrivals.note(NOW_S);
    const before = arrivals.newest(NOW_S);
    arrivals.note(other);
    assert.ok(Number.isNaN(arrivals.newest(NOW_S)));
    arrivals.note(NOW_S);
    assert.notEqual(arrivals.newest(NOW_S), before);
  });
}

test('after the clock was set back, the seconds that come again are told apart', () => {
  const arrivals = Arrivals.create();
  for (let second = NOW_S; second < NOW_S + 100; second += 1) arrivals.note(second);
  arrivals.note(NOW_S - 3600);
  const before = arrivals.newest(NOW_S - 3600);
  arrivals.note(NOW_S - 3600);
  assert.ok(arrivals.newest(NOW_S - 3600) > before);
});

test('a second that is none has no place', () => {
  const arrivals = Arrivals.create();
  for (const second of [-5, Number.NaN, 0.5]) {
    arrivals.note(second);
    assert.ok(Number.isNaN(arrivals.newest(-5)));
  }
});
