import assert from 'node:assert/strict';
import test from 'node:test';
import { csvOf, jsonOf, rowsIn, thinned } from './csv.ts';

const TABLE = {
  times: [1_800_000_000, 1_800_000_001],
  names: ['user', 'a "b", <img>', '=1+1'],
  columns: [
    [1.5, null],
    [2, 3],
    [null, 0],
  ],
};

test('CSV quotes what needs it, defuses formulas and leaves unknown empty', () => {
  assert.equal(
    csvOf(TABLE),
    'time,user,"a ""b"", <img>",\'=1+1\r\n2027-01-15T08:00:00.000Z,1.5,2,\r\n2027-01-15T08:00:01.000Z,,3,0\r\n',
  );
});

test('JSON keeps names and nulls as they are', () => {
  assert.deepEqual(JSON.parse(jsonOf(TABLE)), {
    times: TABLE.times,
    series: TABLE.names.map((name, index) => ({ name, values: TABLE.columns[index] })),
  });
});

test('thinning keeps the last row and the bound', () => {
  const times = Array.from({ length: 101 }, (_, row) => row);
  const table = thinned({ times, names: ['a'], columns: [times] }, 50);
  assert.equal(table.times.length, 34);
  assert.equal(table.times.at(-1), 100);
  assert.deepEqual(table.columns[0], table.times);
  assert.deepEqual(thinned({ times: [], names: [], columns: [] }, 50).times, []);
});

test('rows of a window, both ends included', () => {
  const times = [10, 11, 12, 13];
  const table = rowsIn({ times, names: ['a'], columns: [[1, null, 3, 4]] }, 11, 12);
  assert.deepEqual(table, { times: [11, 12], names: ['a'], columns: [[null, 3]] });
});
