import assert from 'node:assert/strict';
import test from 'node:test';
import { quantileExpr, rateExpr, rateSpan } from './counted.ts';

const spans: readonly [tmax: number, step: number, span: number][] = [
  [5, 3, 60],
  [15, 3, 60],
  [60, 3, 240],
  [15, 900, 900],
];
for (const [tmax, step, span] of spans) {
  test(`values each ${tmax} s, points each ${step} s: a rate is over ${span} s`, () =>
    assert.equal(rateSpan(tmax, step), span));
}

test('names of metrics and hosts stay inside of their quotes', () => {
  assert.equal(rateExpr('sum', 60), 'rate({__name__="sum"}[60s])');
  assert.equal(
    rateExpr('a_total', 60, '"} or up{"'),
    'rate({__name__="a_total",host="\\"} or up{\\""}[60s])',
  );
});

test('a quantile is that of each host', () => {
  assert.equal(
    quantileExpr(0.95, 'rpc_bucket', 60, 'n1'),
    'histogram_quantile(0.95, sum by (host, le) (rate({__name__="rpc_bucket",host="n1"}[60s])))',
  );
});
