import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateRange, LOOKBACK_MS, prepare } from './engine.ts';
import { Labels } from './labels.ts';
import { MemorySource } from './memory-source.ts';
import { planQuery } from './plan.ts';
import { RangeCache } from './range-cache.ts';

const SECOND_MS = 1000;
const START_S = 1_000_000;

class NotingSource extends MemorySource {
  /** Of what it holds, or longer than that. */
  rowSeconds = 1;

  override plan(...given: Parameters<MemorySource['plan']>) {
    return { ...super.plan(...given), rowSeconds: this.rowSeconds };
  }

  /** Where the last selector began. */
  readFromMs = 0;

  override select(...[matchers, hints]: Parameters<MemorySource['select']>) {
    this.readFromMs = hints.afterMs;
    return super.select(matchers, hints);
  }
}

/** A source that grows by a sample of each series a second, and a cache of what was asked of it. */
function start() {
  const source = new NotingSource();
  const world = {
    nowS: START_S,
    generation: 0,
    lateValues: 0,
    planned: 0,
    arrivals: new Map<number, number>(),
  };
  const add = (node: string, second: number, value = Math.sin(second) * 10) => {
    source.add(Labels.from({ __name__: 'x', node }), [{ timeMs: second * SECOND_MS, value }]);
    world.arrivals.set(second, (world.arrivals.get(second) ?? 0) + 1);
  };
  const advance = (seconds: number) => {
    for (let second = world.nowS; second < world.nowS + seconds; second += 1) {
      add('a', second);
      if (second % 7 < 4) add('b', second);
      if (second > START_S + 150) add('c', second);
    }
    world.nowS += seconds;
  };
  const cache = new RangeCache({
    nowMs: () => world.nowS * SECOND_MS,
    unsettled: () => [world.nowS - 4, world.nowS - 1],
    arrivals: (second) => world.arrivals.get(second) ?? Number.NaN,
    generation: () => world.generation,
    lateValues: () => world.lateValues,
  });
  const ask = (expr: string, seconds: number, stepS = 1) => {
    const endMs = (world.nowS - 1) * SECOND_MS;
    const options = {
      source,
      startMs: endMs - seconds * SECOND_MS,
      endMs,
      stepMs: stepS * SECOND_MS,
      lookbackMs: LOOKBACK_MS,
    };
    const prepared = prepare(expr);
    const result = cache.evaluate(prepared, options, () => {
      world.planned += 1;
      return planQuery(prepared, options);
    });
    const readFromMs = source.readFromMs;
    assert.deepEqual(shown(result), shown(evaluateRange(prepared, options)), expr);
    return readFromMs;
  };
  advance(100);
  return { source, world, add, advance, ask };
}

function shown({ value, annotations }: ReturnType<typeof evaluateRange>) {
  const series = value.type === 'matrix' ? value.series : [];
  return [
    annotations.map(({ text }) => text),
    series.map(({ labels, timesMs, values }) => [String(labels), [...timesMs], [...values]]),
  ];
}

for (const expr of [
  'x',
  'avg(x)',
  'sum by (node) (x) > 0',
  'topk(1, x)',
  'rate(x[30s])',
  'max_over_time(x[20s:3s]) - x offset 10s',
  'absent(x{node="c"})',
  'timestamp(x) + (end() - start())',
  'x @ end()',
]) {
  test(`as time goes on, answers are those of the whole range: ${expr}`, () => {
    const { advance, ask } = start();
    for (const seconds of [0, 1, 1, 3, 40, 100, 2]) {
      advance(seconds);
      ask(expr, 60);
      ask(expr, 95, 1);
      ask(expr, 20, 1);
      ask(expr, 90, 3);
    }
  });
}

test('only what is new is read', () => {
  const { world, advance, ask } = start();
  ask('sum_over_time(x[1s])', 80);
  advance(1);
  const readFromMs = ask('sum_over_time(x[1s])', 80);
  assert.equal(readFromMs, (world.nowS - 2) * SECOND_MS, 'of the second that has come');
});

test('a range as long as the last one is not planned again, another one is', () => {
  const { world, advance, ask } = start();
  for (const [seconds, planned] of [
    [60, 1],
    [60, 1],
    [61, 2],
  ] as const) {
    ask('sum(x)', seconds);
    advance(1);
    assert.equal(world.planned, planned, `${seconds} s`);
  }
});

test('of rows that may be under way, what is not settled is read again', () => {
  const { source, world, advance, ask } = start();
  source.rowSeconds = 10;
  ask('sum_over_time(x[1s])', 80);
  advance(1);
  const readFromMs = ask('sum_over_time(x[1s])', 80);
  assert.equal(readFromMs, (world.nowS - 6) * SECOND_MS);
});

for (const second of [1, 2, 3]) {
  test(`a sample that comes ${second} s late is seen at once`, () => {
    const { world, add, advance, ask } = start();
    ask('sum(x)', 80);
    add('late', world.nowS - 1 - second, 77);
    advance(1);
    ask('sum(x)', 80);
    advance(3);
    ask('sum(x)', 80);
  });
}

test('what the newest seconds were is asked again when nobody remembers what has come since', () => {
  const { source, world, advance, ask } = start();
  ask('x', 60);
  advance(30);
  source.add(Labels.from({ __name__: 'x', node: 'late' }), [
    { timeMs: (world.nowS - 32) * SECOND_MS, value: 77 },
  ]);
  for (const at of world.arrivals.keys()) if (at < world.nowS - 20) world.arrivals.delete(at);
  ask('x', 60);
});

test('a series that comes or goes is seen at once', () => {
  const { world, add, advance, ask } = start();
  ask('x', 60);
  add('new', world.nowS - 50);
  world.generation += 1;
  advance(1);
  ask('x', 60);
});

test('a sample of the past is seen within ten seconds', () => {
  const { world, add, advance, ask } = start();
  ask('sum(x)', 60);
  add('a', world.nowS - 30, 77);
  world.lateValues += 1;
  advance(10);
  ask('sum(x)', 60);
});
