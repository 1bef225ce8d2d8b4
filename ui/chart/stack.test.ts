import assert from 'node:assert/strict';
import test from 'node:test';
import type { Column } from '../lib/time-window.ts';
import { stackColumns } from './stack.ts';

const COLUMNS: readonly Column[] = [
  [1, 2, null],
  [10, null, 30],
  [100, 200, 300],
];

test('columns add up from below; what is unknown stays unknown upwards', () => {
  const into: Column[] = [[9, 9, 9, 9], [], []];
  stackColumns(COLUMNS, new Set(), into);
  assert.deepEqual(into, [
    [1, 2, null],
    [11, null, null],
    [111, null, null],
  ]);
});

test('a hidden column takes no room', () => {
  const into: Column[] = [[], [], []];
  stackColumns(COLUMNS, new Set([1]), into);
  assert.deepEqual(into[2], [101, 202, null]);
});
