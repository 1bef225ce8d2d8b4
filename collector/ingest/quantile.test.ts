import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { selectRank } from './quantile.ts';

test('law: the value at a rank is that of the sorted numbers', () => {
  const numbers = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(numbers, fc.nat(), (values, seed) => {
      const rank = seed % values.length;
      const spare = 5; // numbers behind `count` are not looked at
      const array = Float64Array.from([...values, ...Array<number>(spare).fill(-1e300)]);
      const sorted = Float64Array.from(values).sort();
      const found = selectRank(array, rank, { from: 0, count: values.length });
      assert.equal(found + 0, (sorted[rank] ?? 0) + 0);
    }),
  );
});
