import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertingRuleState } from './evaluate.ts';
import type { FlapLimits } from './flapping.ts';
import { annotationsOf } from './state.ts';
import { contextOver, ruleOf, seriesOf } from './testing/series.ts';

const LIMITS: FlapLimits = { changesMax: 3, calmChangesMax: 1, windowMs: 10_000 };

/** One letter a second: `-` nothing, `F` firing, `f` firing and flapping, `n` nodata, `r` resolved. */
function statesOf(
  values: string,
  limits: FlapLimits | undefined,
  rule = '{alert: a, expr: x > 0}',
) {
  const input = seriesOf({ 'x{host="a"}': values });
  const context = { ...contextOver(input), ...(limits && { flapLimits: limits }) };
  const state = new AlertingRuleState(ruleOf(rule));
  let states = '';
  for (let second = 0; second < values.split(' ').length; second++) {
    state.evaluate(second * 1000, 0, context);
    const [alert] = state.instances.values();
    const letter = { firing: 'F', nodata: 'n', inactive: 'r', pending: 'p' }[
      alert?.state ?? 'inactive'
    ];
    if (!alert) states += '-';
    else states += alert.flaps.isFlapping ? letter.toLowerCase() : letter;
  }
  return states;
}

const cases = [
  {
    name: 'few changes are told each',
    values: '1 0 1 1 1 1 1 1 1 1',
    want: 'FrFFFFFFFF',
  },
  {
    name: 'after too many it is held as firing',
    values: '1 0 1 0 1 0 0 1 0 0',
    want: 'FrFfffffff',
  },
  {
    name: 'until the condition has been false for long enough',
    values: '1 0 1 0 0 0 0 0 0 0 0 0 0 0',
    want: 'FrFfffffffffrr',
  },
  {
    name: 'or true for long enough: then it just fires',
    values: '1 0 1 0 1 1 1 1 1 1 1 1 1 1 1',
    want: 'FrFffffffffffFF',
  },
  {
    name: 'missing data is no change',
    values: '1 0 1 0 _ _ 0 0',
    want: 'FrFfnnff',
  },
];

for (const { name, values, want } of cases) {
  test(name, () => assert.equal(statesOf(values, LIMITS), want));
}

test('without limits an alert begins and ends as in Prometheus', () => {
  assert.equal(statesOf('1 0 1 0 1 0 1 0 1 0', undefined), 'FrFrFrFrFr');
});

test('the alert says that it flaps', () => {
  const state = new AlertingRuleState(ruleOf('{alert: a, expr: x > 0, annotations: {s: t}}'));
  const context = { ...contextOver(seriesOf({ x: '1 0 1 0' })), flapLimits: LIMITS };
  for (const second of [0, 1, 2, 3]) state.evaluate(second * 1000, 0, context);
  const [alert] = state.instances.values();
  assert.deepEqual(Object.keys(alert ? annotationsOf(alert) : {}), ['s', 'flapping']);
});
