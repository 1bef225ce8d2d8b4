import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplayWindow } from './replay-window.ts';

const cases: { name: string; marked: number[]; sequence: number; isNew: boolean }[] = [
  { name: 'the first number', marked: [], sequence: 0, isNew: true },
  { name: 'the same again', marked: [5], sequence: 5, isNew: false },
  { name: 'an older one that was not there', marked: [5], sequence: 4, isNew: true },
  { name: 'the oldest that fits', marked: [1024], sequence: 1, isNew: true },
  { name: 'one that is too old', marked: [1024], sequence: 0, isNew: false },
  { name: 'one after a long silence', marked: [3], sequence: 900_000, isNew: true },
  { name: 'one that is far older than a jump', marked: [3, 900_000], sequence: 3, isNew: false },
  { name: 'the place of an old number', marked: [7], sequence: 1031, isNew: true },
  { name: 'the largest number', marked: [4_294_967_294], sequence: 4_294_967_295, isNew: true },
];
for (const { name, marked, sequence, isNew } of cases) {
  test(`${name} is ${isNew ? 'new' : 'refused'}`, () => {
    const window = new ReplayWindow();
    for (const number of marked) window.mark(number);
    assert.equal(window.isNew(sequence), isNew);
  });
}

test('law: no number is new twice, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { maxLength: 300 }), (sequences) => {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      let newest = -1;
      for (const sequence of sequences) {
        const expected = !seen.has(sequence) && sequence > newest - 1024;
        assert.equal(window.isNew(sequence), expected);
        if (expected) window.mark(sequence);
        seen.add(sequence);
        newest = Math.max(newest, sequence);
      }
    }),
  );
});
