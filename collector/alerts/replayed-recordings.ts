import { evaluateRange, prepare } from '../query/engine.ts';
import { METRIC_NAME } from '../query/labels.ts';
import type { SampleSource } from '../query/source.ts';
import type { BacktestPorts, BacktestRange } from './backtest.ts';
import type { RecordingRule, Rule } from './rule.ts';
import { RuleSeries } from './rule-series.ts';
import { UnionSource } from './union-source.ts';

/**
 * What rules are replayed over: the past, and what the recording rules among them would have made of it. They are replayed in their
 * order, so that each sees those before it.
 * @throws QueryError
 */
export function withRecordings(
  rules: readonly Rule[],
  range: BacktestRange,
  ports: BacktestPorts,
): SampleSource {
  const used = rules.filter(
    (rule): rule is RecordingRule => rule.kind === 'record' && isUsed(rule, rules),
  );
  if (used.length === 0) return ports.source;
  const recorded = new RuleSeries();
  const source = new UnionSource(ports.source, recorded);
  for (const rule of used) replay(rule, range, { ...ports, source }, recorded);
  return source;
}

function isUsed({ name }: RecordingRule, rules: readonly Rule[]): boolean {
  return rules.some((rule) =>
    [rule.expr, rule.kind === 'alert' ? rule.resolve : ''].some((text) => text?.includes(name)),
  );
}

function replay(
  { name, expr, labels }: RecordingRule,
  range: BacktestRange,
  ports: BacktestPorts,
  into: RuleSeries,
): void {
  const { value } = evaluateRange(prepare(expr), { ...range, ...ports });
  if (value.type !== 'matrix') return;
  for (const series of value.series) {
    const own = series.labels.withAll(Object.entries({ ...labels, [METRIC_NAME]: name }));
    let nextMs = range.startMs;
    for (const [index, timeMs] of series.timesMs.entries()) {
      if (timeMs > nextMs) into.end(own, nextMs);
      into.append({ labels: own, value: series.values[index] as number }, timeMs);
      nextMs = timeMs + range.stepMs;
    }
    if (nextMs <= range.endMs) into.end(own, nextMs);
  }
}
