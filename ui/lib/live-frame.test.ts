import assert from 'node:assert/strict';
import test from 'node:test';
import { BAND_FIELDS } from '../../wire/http.ts';
import { BAND_ORDER, FrameReader, mergeWants, sameWants } from './live-frame.ts';

const WANTS = [
  { metrics: ['load_one'], bands: ['cpu_user'] },
  { metrics: ['cpu_user', 'load_one'], series: [{ host: 'b', key: 'x' }] },
  {
    series: [
      { host: 'a', key: 'y' },
      { host: 'b', key: 'x' },
    ],
  },
];

function frame(id: number, values: readonly number[]): ArrayBuffer {
  return new Float64Array([id, 1_000, ...values]).buffer;
}

test('the order of the band fields is the one of the wire', () => {
  assert.deepEqual(BAND_ORDER, BAND_FIELDS);
});

test('wants merge without repeats and in one order', () => {
  const request = mergeWants(7, WANTS);
  assert.deepEqual(request, {
    id: 7,
    metrics: ['cpu_user', 'load_one'],
    bands: ['cpu_user'],
    series: [
      { host: 'a', key: 'y' },
      { host: 'b', key: 'x' },
    ],
  });
  assert.ok(sameWants(request, mergeWants(8, WANTS.toReversed())));
  assert.ok(!sameWants(request, mergeWants(8, WANTS.slice(1))));
});

test('values are found where the wire puts them', () => {
  const reader = new FrameReader(mergeWants(7, WANTS), ['a', 'b']);
  assert.ok(reader.read(frame(7, [1, 2, 3, Number.NaN, 5, Number.NaN, 10, 20, 30, 40, 50, 60])));
  assert.equal(reader.timeMs, 1_000);
  assert.deepEqual([...reader.metric('cpu_user')!], [1, 2]);
  assert.deepEqual([...reader.metric('load_one')!], [3, Number.NaN]);
  assert.equal(reader.metric('mem_free'), undefined);
  assert.equal(reader.series('a', 'y'), 5);
  assert.equal(reader.series('b', 'x'), null);
  assert.equal(reader.series('c', 'x'), null);
  assert.equal(reader.band('cpu_user', 'p95'), 30);
  assert.equal(reader.band('cpu_user', 'count'), 60);
  assert.equal(reader.band('load_one', 'max'), null);
});

const refused: readonly [name: string, frame: ArrayBuffer][] = [
  ['of an older request', frame(6, new Array(12).fill(1))],
  ['too short', frame(7, new Array(11).fill(1))],
  ['too long', frame(7, new Array(13).fill(1))],
  ['of broken length', new ArrayBuffer(13)],
  ['empty', new ArrayBuffer(0)],
];
for (const [name, bytes] of refused) {
  test(`a frame ${name} is refused and changes nothing`, () => {
    const reader = new FrameReader(mergeWants(7, WANTS), ['a', 'b']);
    reader.read(frame(7, new Array(12).fill(4)));
    assert.equal(reader.read(bytes), false);
    assert.equal(reader.series('a', 'y'), 4);
  });
}
