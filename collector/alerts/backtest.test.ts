import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Backtest, type Firing } from './backtest.ts';
import { AlertingRuleState } from './evaluate.ts';
import { isFiring } from './state.ts';
import { contextOver, ruleOf, seriesOf } from './testing/series.ts';

const SECONDS = 40;

/** What a rule did when it was evaluated each second, by host. */
function liveFirings(
  rule: string,
  input: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly Firing[]>> {
  const context = contextOver(seriesOf(input));
  const state = new AlertingRuleState(ruleOf(rule));
  const firings = new Map<string, Firing[]>();
  const since = new Map<string, number>();
  const end = (host: string, fromMs: number, toMs: number | undefined) => {
    firings.set(host, [...(firings.get(host) ?? []), { fromMs, toMs }]);
    since.delete(host);
  };
  for (let second = 0; second < SECONDS; second++) {
    state.evaluate(second * 1000, 0, context);
    for (const instance of state.instances.values()) {
      const host = instance.labels.get('host');
      const fromMs = since.get(host);
      if (isFiring(instance)) since.set(host, fromMs ?? second * 1000);
      else if (fromMs !== undefined) end(host, fromMs, second * 1000);
    }
  }
  for (const [host, fromMs] of since) end(host, fromMs, undefined);
  return Object.fromEntries(firings);
}

const RULES = [
  '{alert: a, expr: x > 5}',
  '{alert: a, expr: x > 5, for: 3s}',
  '{alert: a, expr: x > 5, for: 2s, keep_firing_for: 4s}',
  '{alert: a, expr: x > 5, resolve: x < 3}',
  '{alert: a, expr: x > 5, for: 2s, on_missing: resolve}',
  '{alert: a, expr: x > 5, on_missing: fire}',
];

for (const rule of RULES) {
  test(`a replay equals what was evaluated live: ${rule}`, () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }).map(String) },
      { weight: 1, arbitrary: fc.constant('_') },
    );
    const values = fc
      .array(step, { minLength: SECONDS, maxLength: SECONDS })
      .map((list) => list.join(' '));
    fc.assert(
      fc.property(values, values, (a, b) => {
        const input = { 'x{host="a"}': a, 'x{host="b"}': b };
        const range = { startMs: 0, endMs: (SECONDS - 1) * 1000, stepMs: 1000 };
        const replayed = new Backtest(ruleOf(rule), range, { source: seriesOf(input) }).replay();
        const firings = Object.fromEntries(
          replayed
            .filter((alert) => alert.firings.length > 0)
            .map((alert) => [alert.labels['host'], alert.firings]),
        );
        assert.deepEqual(firings, liveFirings(rule, input));
      }),
      { numRuns: 40 },
    );
  });
}

test('another `for` is tried without evaluating again', () => {
  const source = seriesOf({ 'x{host="a"}': '9x4 0 9x9 0x9' });
  const range = { startMs: 0, endMs: 25_000, stepMs: 1000 };
  const backtest = new Backtest(ruleOf('{alert: a, expr: x > 5}'), range, { source });
  const counts = [0, 3000, 8000, 20_000].map((forMs) => backtest.replay(forMs)[0]?.firings.length);
  assert.deepEqual(counts, [2, 2, 1, 0]);
});
