import assert from 'node:assert/strict';
import test from 'node:test';
import { formatDuration, formatTicks, formatValue } from './units.ts';

const values: readonly [value: number | null, units: string, text: string][] = [
  [null, '%', '–'],
  [Number.NaN, 'bytes', '–'],
  [0, '%', '0 %'],
  [43.24, '%', '43.2 %'],
  [100, '%', '100 %'],
  [0.05, '', '0.05'],
  [1.5, ' ', '1.5'],
  [0, 'KB', '0 B'],
  [16_384_000, 'KB', '15.6 GiB'],
  [1023, 'bytes', '1023 B'],
  [1024, 'bytes', '1 KiB'],
  [12_400_000, 'bytes/sec', '12.4 MB/s'],
  [480.2, 'GB', '480 GB'],
  [1843.2, 'GB', '1.84 TB'],
  [9_999, 'packets/sec', '9999 packets/s'],
  [12_345, 'packets/sec', '12.3k packets/s'],
  [-2_500, 'bytes/sec', '-2.5 kB/s'],
  [41, 'C', '41 °C'],
  [90, 's', '90 s'],
  [100_000, 's', '1 d 3 h'],
  [2_400, 'MHz', '2400 MHz'],
  [0.000_02, 's', '2.0e-5 s'],
  [4, 'constructor', '4 constructor'],
  [4, '__proto__', '4 __proto__'],
];
for (const [value, units, text] of values) {
  test(`${value} ${units} reads "${text}"`, () => assert.equal(formatValue(value, units), text));
}

test('ticks of one axis share the unit of the largest', () => {
  assert.deepEqual(formatTicks([0, 500_000, 1_000_000, 1_500_000], 'bytes/sec'), [
    '0.0 MB/s',
    '0.5 MB/s',
    '1.0 MB/s',
    '1.5 MB/s',
  ]);
  assert.deepEqual(formatTicks([0, 50, 100], '%'), ['0 %', '50 %', '100 %']);
  assert.deepEqual(formatTicks([0, 0.05, 0.1], ''), ['0.00', '0.05', '0.10']);
  assert.deepEqual(formatTicks([0, 0.25, 0.5], '%'), ['0.00 %', '0.25 %', '0.50 %']);
  assert.deepEqual(formatTicks([0, 10_000, 20_000], 'switches/sec'), ['0k', '10k', '20k']);
  assert.deepEqual(formatTicks([], '%'), []);
});

const durations: readonly [seconds: number, text: string][] = [
  [0, '0 s'],
  [0.4, '0 s'],
  [59.6, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [3_601, '1 h'],
  [266_400, '3 d 2 h'],
  [-30, '-30 s'],
];
for (const [seconds, text] of durations) {
  test(`${seconds} seconds read "${text}"`, () => assert.equal(formatDuration(seconds), text));
}

test('labels of a narrow range far from zero are whole numbers of a smaller unit', () => {
  const ticks = [3_817_472, 3_821_568, 3_825_664];
  assert.deepEqual(formatTicks(ticks, 'KB'), ['3728 MiB', '3732 MiB', '3736 MiB']);
});
