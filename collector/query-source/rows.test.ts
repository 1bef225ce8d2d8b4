import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../query/labels.ts';
import { SampleMaker } from './rows.ts';

const _ = Number.NaN;

/** Rows of a second each, from second 0; the samples as `second:value`. */
const cases = [
  { name: 'every row', values: [1, 1, _, 2, 2], heldSeconds: 0, samples: '0:1 1:1 3:2 4:2' },
  { name: 'a held counter', values: [1, 1, 1, 4, 4, 4, 7], heldSeconds: 6, samples: '0:1 3:4 6:7' },
  {
    name: 'one that stands still',
    values: [1, 1, 1, 1, 1, 1, 1, 1],
    heldSeconds: 3,
    samples: '0:1 3:1',
  },
  {
    name: 'one measured a little late',
    values: [1, 1, 1, 1, 2, 2],
    heldSeconds: 3,
    samples: '0:1 4:2',
  },
  { name: 'one that was reset', values: [5, 5, 0, 0, 3], heldSeconds: 9, samples: '0:5 2:0 4:3' },
  { name: 'a gap', values: [5, _, _, _, 5], heldSeconds: 2, samples: '0:5 4:5' },
];
for (const { name, values, heldSeconds, samples } of cases) {
  test(`samples of a range: ${name}`, () => {
    const rows = { values: Float64Array.from(values), startS: 0, stepSeconds: 1 };
    const made = new SampleMaker().allSamples(
      Labels.from({}),
      { ...rows, staleAfterSeconds: 5 },
      { heldSeconds, newestS: values.length - 1 },
    );
    const shown = Array.from(made.timesMs, (timeMs, at) => `${timeMs / 1000}:${made.values[at]}`);
    assert.equal(shown.join(' '), samples);
  });
}

/** Rows of a minute each, from second 0; the samples as `second:value`, and the points of the last one. */
const underWay = [
  { newestS: 119, values: [1, 2], samples: '59:1 119:2', pointsOfLast: undefined },
  { newestS: 120, values: [1, 2, 3], samples: '59:1 119:2 120:3', pointsOfLast: 1 },
  { newestS: 178, values: [1, 2, 3], samples: '59:1 119:2 159:3', pointsOfLast: 59 },
  { newestS: 179, values: [1, 2, 3], samples: '59:1 119:2 179:3', pointsOfLast: undefined },
  { newestS: 178, values: [1, 2, _], samples: '59:1 119:2', pointsOfLast: undefined },
];
for (const { newestS, values, samples, pointsOfLast } of underWay) {
  test(`a row under way at second ${newestS} of ${values}`, () => {
    const rows = { values: Float64Array.from(values), startS: 0, stepSeconds: 60 };
    const made = new SampleMaker().allSamples(
      Labels.from({}),
      { ...rows, staleAfterSeconds: 180 },
      { heldSeconds: 0, newestS },
    );
    const shown = Array.from(made.timesMs, (timeMs, at) => `${timeMs / 1000}:${made.values[at]}`);
    assert.deepEqual([shown.join(' '), made.pointsOfLast], [samples, pointsOfLast]);
  });
}
