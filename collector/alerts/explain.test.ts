import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainExpression } from './explain.ts';
import { seriesOf } from './testing/series.ts';

const source = seriesOf({
  'full{host="a",mount="/"}': '90+1x10',
  'full{host="b",mount="/"}': '20+0x10',
  limit: '95+0x10',
});

test('each part of an expression with its values: of a range the newest, of a host its own', () => {
  const parts = explainExpression(
    'predict_linear(full[10s], (60)) > 95 and on () (limit > bool 1)',
    { timeMs: 10_000, host: 'a' },
    source,
  );
  assert.deepEqual(
    parts.map(({ depth, expr, values }) => [depth, expr, values.map(({ value }) => value)]),
    [
      [0, 'predict_linear(full[10s], (60)) > 95 and on () (limit > bool 1)', [160]],
      [1, 'predict_linear(full[10s], (60)) > 95', [160]],
      [2, 'predict_linear(full[10s], (60))', [160]],
      [3, 'full', [100]],
      [1, 'limit > bool 1', [1]],
      [2, 'limit', [95]],
    ],
  );
});
