import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseThreshold, type ThresholdExpr, thresholdText } from './threshold-expr.ts';

const CASES: readonly (readonly [text: string, parsed: ThresholdExpr | null])[] = [
  ['load_one > 8', { watched: 'load_one', operator: '>', bound: 8 }],
  [
    ' rate(x{a=">"}[5m]) <= -1.5e3 ',
    { watched: 'rate(x{a=">"}[5m])', operator: '<=', bound: -1500 },
  ],
  ['100 * (1 - a / b) >= 90', { watched: '100 * (1 - a / b)', operator: '>=', bound: 90 }],
  ['a{b="x and y"} < 2', { watched: 'a{b="x and y"}', operator: '<', bound: 2 }],
  ['a > 1 and b > 2', null],
  ['absent(a)', null],
  ['a > b', null],
  ['a == 1', null],
  ['', null],
];
for (const [text, parsed] of CASES)
  test(`bound of ${JSON.stringify(text)}`, () => assert.deepEqual(parseThreshold(text), parsed));

test('what is parsed is written back', () => {
  assert.equal(thresholdText(parseThreshold('load_one>8')!), 'load_one > 8');
});
