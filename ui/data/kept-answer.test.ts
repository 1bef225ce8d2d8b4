import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Window } from './history.ts';
import { KeptAnswer } from './kept-answer.ts';

let asked: Window[];
beforeEach(() => {
  asked = [];
});

const kept = () =>
  new KeptAnswer(async (window) => {
    asked.push(window);
    return asked.length;
  }, 2);

const cases = [
  { name: 'the same window', next: { fromS: 100, toS: 400 }, requests: 1 },
  { name: 'a window that moved on a little', next: { fromS: 102, toS: 402 }, requests: 1 },
  { name: 'a window that moved on further', next: { fromS: 103, toS: 403 }, requests: 2 },
  { name: 'a window with another end', next: { fromS: 100, toS: 403 }, requests: 2 },
  { name: 'a window with another beginning', next: { fromS: 90, toS: 400 }, requests: 2 },
] as const;
for (const { name, next, requests } of cases) {
  test(`${name} takes ${requests} request${requests === 1 ? '' : 's'}`, async () => {
    const answers = kept();
    const both = Promise.all([answers.load({ fromS: 100, toS: 400 }), answers.load(next)]);
    assert.deepEqual(await both, [1, requests]);
    assert.equal(asked.length, requests);
    assert.equal(answers.newest.value, requests);
  });
}

test('an earlier window is asked for beside the one that is kept', async () => {
  const answers = kept();
  const window = { fromS: 100_000, toS: 100_300 };
  const yesterday = { fromS: 13_600, toS: 13_900 };
  assert.deepEqual(await Promise.all([answers.load(window), answers.load(yesterday)]), [1, 2]);
  assert.equal(answers.newest.value, 1);
  await answers.load(window);
  assert.deepEqual(asked, [window, yesterday]);
});

test('what is forgotten is asked for again', async () => {
  const answers = kept();
  const window = { fromS: 100, toS: 400 };
  await answers.load(window);
  answers.forget();
  assert.equal(await answers.load(window), 2);
});

test('a failure is told to all who wait for it, and not kept', async () => {
  const window = { fromS: 100, toS: 400 };
  let requests = 0;
  const answers = new KeptAnswer(async () => {
    requests += 1;
    if (requests === 1) throw new Error('the disk is gone');
    return requests;
  }, 2);
  const both = await Promise.allSettled([answers.load(window), answers.load(window)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(answers.newest.value, undefined);
  assert.equal(await answers.load(window), 2);
});

test('an answer that was overtaken is not the newest', async () => {
  const waiting: ((value: string) => void)[] = [];
  const answers = new KeptAnswer(() => new Promise<string>((resolve) => waiting.push(resolve)), 2);
  const first = answers.load({ fromS: 0, toS: 10 });
  const second = answers.load({ fromS: 0, toS: 100 });
  waiting[1]!('second');
  await second;
  waiting[0]!('first');
  assert.equal(await first, 'first');
  assert.equal(answers.newest.value, 'second');
});
