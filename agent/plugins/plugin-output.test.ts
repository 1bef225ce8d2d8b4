import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PerformanceValue, readPluginOutput } from './plugin-output.ts';

const NONE = { unit: '', warn: undefined, critical: undefined, min: undefined, max: undefined };
const above = (upper: number) => ({ lower: undefined, upper });

interface Case {
  readonly output: string;
  readonly text: string;
  readonly values?: readonly (Pick<PerformanceValue, 'label' | 'value'> &
    Partial<PerformanceValue>)[];
}

/** The first lines are those of monitoring-plugins 2.3. */
const cases: readonly Case[] = [
  {
    output:
      'LOAD OK - total load average: 0.08, 0.03, 0.01|load1=0.080;5.000;10.000;0; load5=0.030;4.000;8.000;0;\n',
    text: 'LOAD OK - total load average: 0.08, 0.03, 0.01',
    values: [
      { label: 'load1', value: 0.08, warn: above(5), critical: above(10), min: 0 },
      { label: 'load5', value: 0.03, warn: above(4), critical: above(8), min: 0 },
    ],
  },
  {
    output:
      'DISK OK - free space: / 225 GB (88%);| /=31890341888B;243497277849;257024904396;0;270552530944\n',
    text: 'DISK OK - free space: / 225 GB (88%);',
    values: [
      {
        label: '/',
        value: 31_890_341_888,
        unit: 'B',
        warn: above(243_497_277_849),
        critical: above(257_024_904_396),
        min: 0,
        max: 270_552_530_944,
      },
    ],
  },
  {
    output: 'TCP OK - 0.000 second response time|time=0.000123s;;;0.000000;10.000000\n',
    text: 'TCP OK - 0.000 second response time',
    values: [{ label: 'time', value: 0.000_123, unit: 's', min: 0, max: 10 }],
  },
  { output: 'PROCS OK', text: 'PROCS OK' },
  { output: '', text: '' },
  { output: 'a | ', text: 'a' },
  {
    output: "x|'C:\\ used %'=12.5%;@10:20;~:30;; 'it''s'=3c",
    text: 'x',
    values: [
      {
        label: 'C:\\ used %',
        value: 12.5,
        unit: '%',
        warn: { lower: 10, upper: 20 },
        critical: { lower: undefined, upper: 30 },
      },
      { label: "it's", value: 3, unit: 'c' },
    ],
  },
  {
    output: 'x|a=1;10:;-5:-1',
    text: 'x',
    values: [
      {
        label: 'a',
        value: 1,
        warn: { lower: 10, upper: undefined },
        critical: { lower: -5, upper: -1 },
      },
    ],
  },
  {
    output: 'x|unknown=U;1;2 b=-1.5e3 c=1,5ms d=+.5',
    text: 'x',
    values: [
      { label: 'unknown', value: Number.NaN, warn: above(1), critical: above(2) },
      { label: 'b', value: -1500 },
      { label: 'c', value: 1.5, unit: 'ms' },
      { label: 'd', value: 0.5 },
    ],
  },
  {
    output: 'first|a=1\nmore text\nand more|b=2\nc=3',
    text: 'first',
    values: [
      { label: 'a', value: 1 },
      { label: 'b', value: 2 },
      { label: 'c', value: 3 },
    ],
  },
  {
    output: "x|nothing = 1 a=1;x;y;z b=1.2.3 'open=4 c=5",
    text: 'x',
    values: [
      { label: 'a', value: 1 },
      { label: 'c', value: 5 },
    ],
  },
];
for (const { output, text, values = [] } of cases) {
  test(`plugin output: ${output.slice(0, 40)}`, () => {
    const expected = values.map((value) => ({ ...NONE, ...value }));
    assert.deepEqual(readPluginOutput(output), { text, values: expected });
  });
}

test('law: no output is too strange to be read', () => {
  const token = fc.constantFrom(...";|='\n ,.:@~-%U0", "''", 'a=1', 'ms');
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 80 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(anything, (output) => {
      for (const { value, min = 0, max = 0 } of readPluginOutput(output).values) {
        assert.ok(Number.isNaN(value) || Number.isFinite(value));
        assert.ok(Number.isFinite(min) && Number.isFinite(max));
      }
    }),
    { numRuns: 1000 },
  );
});
