import assert from 'node:assert/strict';
import test from 'node:test';
import type { Rows, Window } from '../data/history.ts';
import { ghostLines, valueAt, withGhosts } from './compare.ts';

const DAY = 86_400;
const NOW = 1_800_000_000;

/** Seconds of now; ten-second rows of a day ago. */
async function load({ fromS, toS }: Window): Promise<Rows> {
  if (fromS >= NOW - 60)
    return {
      startS: fromS,
      stepSeconds: 1,
      columns: [
        [1, 2, 3],
        [null, null, 9],
      ],
    };
  const rows = Math.ceil((toS - fromS) / 10);
  const column = Array.from({ length: rows }, (_, row) => 100 + row);
  return { startS: fromS, stepSeconds: 10, columns: [column, column] };
}

test('earlier rows stand under those of now, whatever archive they come from', async () => {
  const source = withGhosts({ columnCount: 2, load }, [1], DAY);
  assert.equal(source.columnCount, 3);
  const { columns } = await source.load({ fromS: NOW - 3, toS: NOW });
  assert.deepEqual(columns, [
    [1, 2, 3],
    [null, null, 9],
    [100, 100, 100],
  ]);
});

test('the row that covers an instant is found, and nothing outside', () => {
  const rows: Rows = { startS: 100, stepSeconds: 10, columns: [[1, null, 3]] };
  const cases: readonly [timeS: number, value: number | null][] = [
    [99, null],
    [100, 1],
    [109, 1],
    [110, null],
    [129, 3],
    [130, null],
  ];
  for (const [timeS, value] of cases) assert.equal(valueAt(rows, timeS, 0), value, String(timeS));
  assert.equal(valueAt(rows, 100, 7), null);
});

test('ghosts carry the name of their line and when', () => {
  const lines = [
    { name: 'p5', colour: () => '#000000' },
    { name: 'median', colour: () => '#ffffff' },
  ];
  assert.deepEqual(
    ghostLines(lines, [1], '24h').map((line) => line.name),
    ['p5', 'median', 'median 24h ago'],
  );
});
