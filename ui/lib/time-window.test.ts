import assert from 'node:assert/strict';
import test from 'node:test';
import { TimeWindow } from './time-window.ts';

function loaded(): TimeWindow {
  const window = new TimeWindow(2);
  window.load(100, 10, [
    [1, 2, 3],
    [null, Number.NaN, 6],
  ]);
  return window;
}

test('history is loaded with gaps as null', () => {
  const window = loaded();
  assert.deepEqual(window.times, [100, 110, 120]);
  assert.deepEqual(window.columns, [
    [1, 2, 3],
    [null, null, 6],
  ]);
});

test('live rows follow, a repeated time replaces, an older one is dropped', () => {
  const window = loaded();
  window.append(121, (column) => column);
  window.append(121, () => 9);
  window.append(119, () => 7);
  window.append(122, () => Number.NaN);
  assert.deepEqual(window.times, [100, 110, 120, 121, 122]);
  assert.deepEqual(window.columns[1], [null, null, 6, 9, null]);
});

test('loading again keeps the live rows that are newer, and the arrays', () => {
  const window = loaded();
  const { times } = window;
  window.append(125, () => 5);
  window.append(131, () => 8);
  window.load(110, 10, [[2, 3, 4], [0]]);
  assert.deepEqual(window.times, [110, 120, 130, 131]);
  assert.deepEqual(window.columns, [
    [2, 3, 4, 8],
    [0, null, null, 8],
  ]);
  assert.equal(window.times, times);
});

test('an empty answer empties what it covers', () => {
  const window = new TimeWindow(1);
  window.load(100, 10, [[]]);
  assert.deepEqual(window.times, []);
});

test('rows at the end that the archive does not know yet are left out', () => {
  const window = new TimeWindow(2);
  window.load(100, 10, [
    [1, null, null, null],
    [null, null, 5, Number.NaN],
  ]);
  assert.deepEqual(window.times, [100, 110, 120]);
});

test('live rows after a pause leave a gap', () => {
  const window = new TimeWindow(1);
  window.load(100, 10, [[1, 2]]);
  window.append(136, () => 3);
  window.append(137, () => 4);
  assert.deepEqual(window.times, [100, 110, 120, 136, 137]);
  assert.deepEqual(window.columns, [[1, 2, null, 3, 4]]);
});

test('rows before the window go, but for the one from which the line enters', () => {
  const window = loaded();
  window.dropBefore(115);
  assert.deepEqual(window.times, [110, 120]);
  window.dropBefore(500);
  assert.deepEqual(window.times, [120]);
  window.clear();
  assert.deepEqual(window.columns, [[], []]);
});

test('memory is bounded', () => {
  const window = new TimeWindow(1);
  for (let second = 0; second < 10_000; second++) window.append(second, () => second);
  assert.equal(window.times.length, 8_192);
  assert.equal(window.times.at(-1), 9_999);
});
