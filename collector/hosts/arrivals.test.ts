import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arrivals } from './arrivals.ts';

const NOW_S = 1_767_225_600;

test('another thread sees how often samples have come for a second', () => {
  const written = Arrivals.create();
  const read = new Arrivals(written.memory);
  written.note(NOW_S);
  written.note(NOW_S);
  written.note(NOW_S - 1);
  const counts = [NOW_S - 2, NOW_S - 1, NOW_S, NOW_S + 1].map((second) => read.count(second));
  assert.deepEqual(counts, [0, 1, 2, 0]);
});

test('the last minute is kept, and a sample that is older changes nothing', () => {
  const arrivals = Arrivals.create();
  for (let second = NOW_S; second < NOW_S + 100; second += 1) arrivals.note(second);
  arrivals.note(NOW_S);
  assert.equal(arrivals.count(NOW_S), 0);
  assert.equal(arrivals.count(NOW_S + 40), 1);
  assert.equal(arrivals.count(NOW_S + 64), 1, 'in whose place it would be');
});
