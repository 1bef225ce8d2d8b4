import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TickSet } from './tick-set.ts';

test('ranges are whole, in order, and no more than asked for', () => {
  const set = new TickSet();
  for (const tick of [3, 4, 5, 9, 11, 12]) set.add(tick);
  assert.deepEqual(set.ranges(10), [
    { from: 3, to: 5 },
    { from: 9, to: 9 },
    { from: 11, to: 12 },
  ]);
  assert.deepEqual(set.ranges(1), [{ from: 3, to: 5 }]);
});

test('what is given up is counted', () => {
  const set = new TickSet();
  for (const tick of [3, 4, 900]) set.add(tick);
  assert.equal(set.dropBefore(4), 1);
  assert.equal(set.dropBefore(2000), 2);
  assert.equal(set.size, 0);
});

test('law: it holds what a set of the last 1,024 ticks holds', () => {
  const action = fc.record({ add: fc.boolean(), tick: fc.nat(4000) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const set = new TickSet();
      let model = new Set<number>();
      let newest = -1;
      for (const { add, tick } of actions) {
        if (add) {
          newest = Math.max(newest, tick);
          model = new Set([...model, tick].filter((one) => one > newest - 1024));
          set.add(tick);
        } else assert.equal(set.delete(tick), model.delete(tick));
        assert.equal(set.size, model.size);
      }
      const ticks = set
        .ranges(10_000)
        .flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, index) => from + index),
        );
      assert.deepEqual(
        ticks,
        [...model].sort((a, b) => a - b),
      );
    }),
  );
});
