import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableRows } from './table-rows.ts';

test('answers are joined by their labels, the metric aside; the largest is on top', () => {
  const rows = tableRows(
    [
      {
        error: null,
        series: [
          { labels: { __name__: 'load_one', host: 'a' }, value: 1 },
          { labels: { __name__: 'load_one', host: 'b' }, value: 3 },
          { labels: { __name__: 'load_one', host: 'c' }, value: null },
        ],
      },
      {
        error: null,
        series: [
          { labels: { host: 'b' }, value: 30 },
          { labels: { host: 'd' }, value: 2 },
        ],
      },
    ],
    JSON.stringify,
  );
  assert.deepEqual(
    rows.map(({ name, values }) => [name, ...values]),
    [
      ['b', 3, 30],
      ['a', 1, null],
      ['c', null, null],
      ['d', null, 2],
    ],
  );
});

test('a single row of a host has its name', () => {
  const series = [{ labels: { host: 'a', rack: 'r1' }, value: 1 }];
  assert.equal(tableRows([{ error: null, series }], JSON.stringify)[0]?.name, 'a');
});
