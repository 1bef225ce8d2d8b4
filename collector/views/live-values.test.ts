import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveValues } from './live-values.ts';

function vector(value: string) {
  const result = [{ metric: { host: 'a' }, value: [0, value] }];
  return {
    status: 200,
    type: '',
    body: JSON.stringify({ data: { resultType: 'vector', result } }),
  };
}

test('an expression is evaluated once a second for all who ask', async () => {
  let nowMs = 10_400;
  const asked: string[] = [];
  const live = new LiveValues(
    async (expr, timeS) => {
      asked.push(`${expr} ${timeS}`);
      return vector('1.5');
    },
    () => nowMs,
  );
  const [first, second] = await Promise.all([live.values(['a', 'b']), live.values(['b', 'c'])]);
  assert.deepEqual([first?.timeS, first?.answers.length, second?.answers.length], [10, 2, 2]);
  assert.deepEqual(first?.answers[0], {
    error: null,
    series: [{ labels: { host: 'a' }, value: 1.5 }],
  });
  // Not yet: values of second 11 are still on their way.
  nowMs = 11_200;
  await live.values(['a']);
  assert.deepEqual(asked, ['a 10', 'b 10', 'c 10']);
  nowMs = 11_300;
  await live.values(['a']);
  assert.deepEqual(asked.slice(3), ['a 11']);
});

const answers = [
  { name: 'NaN is unknown', answer: vector('NaN'), error: null, value: null },
  { name: 'infinity is unknown', answer: vector('+Inf'), error: null, value: null },
  {
    name: 'a number has no labels',
    answer: { status: 200, type: '', body: '{"data":{"resultType":"scalar","result":[0,"7"]}}' },
    error: null,
    value: 7,
  },
  {
    name: 'what the evaluator refuses is said',
    answer: { status: 422, type: '', body: '{"error":"too much"}' },
    error: 'too much',
    value: undefined,
  },
];
for (const { name, answer, error, value } of answers) {
  test(name, async () => {
    const live = new LiveValues(
      async () => answer,
      () => 5_000,
    );
    const { answers: given } = await live.values(['x']);
    assert.equal(given[0]?.error, error);
    assert.equal(given[0]?.series[0]?.value, value);
  });
}

test('one that fails leaves the others alone', async () => {
  const live = new LiveValues(
    async (expr) => {
      if (expr === 'bad') throw new Error('the thread is gone');
      return vector('1');
    },
    () => 5_000,
  );
  const { answers: given } = await live.values(['bad', 'good']);
  assert.deepEqual(
    given.map(({ error }) => error),
    ['the thread is gone', null],
  );
});

test('a slow one answers with the value before, and is not asked for twice at the same time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 10_400;
  let finish: () => void = () => {};
  let asked = 0;
  const live = new LiveValues(
    async (expr) => {
      if (expr === 'fast') return vector('1');
      asked += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return vector(String(asked));
    },
    () => nowMs,
  );
  const shown = async () => {
    const { answers: given } = await live.values(['slow', 'fast']);
    assert.equal(given[1]?.series[0]?.value, 1);
    return given[0]?.error ?? given[0]?.series[0]?.value;
  };
  const first = shown();
  nowMs += 1_000;
  const second = shown();
  t.mock.timers.tick(1_000);
  assert.match(String(await first), /longer than a second/);
  assert.match(String(await second), /longer than a second/);
  assert.equal(asked, 1);
  finish();
  assert.equal(await shown(), 1);
  nowMs += 1_000;
  const third = shown();
  t.mock.timers.tick(1_000);
  assert.equal(await third, 1);
  assert.equal(asked, 2);
  finish();
});

test('few are evaluated at a time', async () => {
  let running = 0;
  let most = 0;
  const live = new LiveValues(
    async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => setImmediate(resolve));
      running -= 1;
      return vector('1');
    },
    () => 5_000,
  );
  const { answers: given } = await live.values(Array.from({ length: 20 }, (_, at) => `x${at}`));
  assert.ok(given.every(({ error }) => error === null));
  assert.equal(most, 4);
});
