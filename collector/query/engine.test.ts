import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from './budget.ts';
import { evaluateInstant, evaluateRange, prepare, type QueryOptions } from './engine.ts';
import { Labels } from './labels.ts';
import { MemorySource } from './memory-source.ts';
import { planQuery, refuseTooLarge } from './plan.ts';
import type { SampleSource } from './source.ts';

const END_MS = 600_000;

/** Series x{i="0"}…, with a sample every 10 s up to END_MS whose value is its index. */
function sourceOf(seriesCount: number): MemorySource {
  const source = new MemorySource();
  for (let i = 0; i < seriesCount; i++) {
    source.add(
      Labels.from({ __name__: 'x', i: String(i) }),
      Array.from({ length: 61 }, (_, index) => ({ timeMs: index * 10_000, value: index })),
    );
  }
  return source;
}

function instant(text: string, options: Partial<QueryOptions> & { timeMs?: number } = {}) {
  const { value } = evaluateInstant(prepare(text), {
    source: sourceOf(3),
    timeMs: END_MS,
    ...options,
  });
  assert.equal(value.type, 'vector');
  return value.samples.map((sample) => sample.value);
}

test('the look-back decides how long a sample stands', () => {
  assert.deepEqual(instant('x', { timeMs: END_MS + 299_999 }), [60, 60, 60]);
  assert.deepEqual(instant('x', { timeMs: END_MS + 300_000 }), []);
  assert.deepEqual(instant('x', { timeMs: END_MS + 15_000, lookbackMs: 15_000 }), []);
  assert.deepEqual(instant('x', { timeMs: END_MS + 15_000, lookbackMs: 15_001 }), [60, 60, 60]);
});

test('the step of a subquery that names none is an option', () => {
  assert.deepEqual(instant('count_over_time(x{i="0"}[5m:])'), [5]);
  assert.deepEqual(instant('count_over_time(x{i="0"}[5m:])', { subqueryStepMs: 10_000 }), [30]);
});

test('a range query gives one point per step, the last time included', () => {
  const { value, stats } = evaluateRange(prepare('x{i="1"} > 10'), {
    source: sourceOf(2),
    startMs: 0,
    endMs: 300_000,
    stepMs: 100_000,
  });
  assert.ok(value.type === 'matrix');
  assert.deepEqual(
    value.series.map(({ labels, timesMs, values }) => [
      labels.toString(),
      [...timesMs],
      [...values],
    ]),
    [['x{i="1"}', [200_000, 300_000], [20, 30]]],
  );
  assert.equal(stats.seriesRead, 1);
});

test('a source chooses its archive by the function above the selector; a row counts as all its points', () => {
  const consolidated: SampleSource = {
    plan: () => ({ archive: '1m', series: 1, samples: 10 }),
    select: (_matchers, { operation }) => [
      {
        labels: Labels.from({ __name__: 'x' }),
        timesMs: Float64Array.from({ length: 10 }, (_, i) => (i + 1) * 60_000),
        values: Float64Array.from({ length: 10 }, (_, i) =>
          operation === 'max_over_time' ? 100 : i,
        ),
        pointsPerSample: 60,
      },
    ],
    series: () => [],
  };
  assert.deepEqual(instant('max_over_time(x[10m])', { source: consolidated }), [100]);
  assert.deepEqual(instant('count_over_time(x[10m])', { source: consolidated }), [600]);
});

for (const [text, limits, message] of [
  ['sum(rate(x[10m]))', { samplesMax: 100 }, /too many samples/],
  ['sum(x)', { seriesMax: 2 }, /matches 3 series, the limit is 2/],
  ['x + on(i) x', { slotsMax: 5 }, /limit|memory/],
] as const) {
  test(`${text} stops at ${JSON.stringify(limits)}`, () => {
    assert.throws(() => instant(text, { limits: { ...DEFAULT_LIMITS, ...limits } }), {
      code: 'query-limit',
      message,
    });
  });
}

test('a range query has at most 11,000 steps', () => {
  const options = { source: sourceOf(1), startMs: 0, stepMs: 1 };
  evaluateRange(prepare('1'), { ...options, endMs: 11_000 });
  assert.throws(() => evaluateRange(prepare('1'), { ...options, endMs: 11_001 }), {
    code: 'query-limit',
  });
});

test('a query that takes too long is stopped, and one that nobody waits for', () => {
  const source = sourceOf(50);
  const options = { source, startMs: 0, endMs: END_MS, stepMs: 100 };
  const text = prepare('sum(quantile_over_time(0.9, x[10m]) * on(i) stddev_over_time(x[10m:1s]))');
  const startMs = performance.now();
  assert.throws(
    () => evaluateRange(text, { ...options, limits: { ...DEFAULT_LIMITS, timeMsMax: 20 } }),
    {
      code: 'query-timeout',
    },
  );
  assert.throws(
    () => evaluateRange(text, { ...options, isCanceled: () => performance.now() > startMs }),
    {
      code: 'query-canceled',
    },
  );
  assert.ok(performance.now() - startMs < 2000);
});

test('a hostile query is refused before anything is read', () => {
  const huge: SampleSource = {
    plan: () => ({ archive: 'live', series: 90_000, samples: 90_000 * 86_400 }),
    select: () => assert.fail('must not read'),
    series: () => [],
  };
  const startMs = performance.now();
  for (const text of [
    'x',
    'sum(rate({node!=""}[1d]))',
    'max_over_time(x[1y:1s])',
    'count({a=~".*.*.*b"})',
  ]) {
    const prepared = prepare(text);
    const times = { startMs: 0, endMs: 86_400_000, stepMs: 10_000 };
    assert.throws(
      () =>
        refuseTooLarge(
          planQuery(prepared, { source: huge, lookbackMs: 1000, ...times }),
          DEFAULT_LIMITS,
        ),
      { code: 'query-limit' },
    );
  }
  assert.ok(performance.now() - startMs < 100);
});

test('deep subqueries do not run away', () => {
  const text = `${'max_over_time('.repeat(6)}x${'[1d:1s])'.repeat(6)}`;
  const startMs = performance.now();
  assert.deepEqual(instant(text), [60, 60, 60]);
  assert.ok(performance.now() - startMs < 2000);
});

test('errors in evaluation tell where', () => {
  assert.throws(() => instant('x + on() x'), {
    code: 'query-execution',
    message: /found duplicate series for the match group {} on the right hand-side/,
  });
  assert.throws(() => instant('label_replace(x, "a", "$1", "b", "(")'), {
    code: 'query-execution',
    message: 'invalid regular expression in label_replace(): (',
  });
});
