import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openLog } from '../../base/log.ts';
import type { SeriesRange } from '../../wire/http.ts';
import type { QueryTask } from '../http/ports.ts';
import { QueryPool } from './pool.ts';

const END_MS = 1_767_225_600_000;
const quiet = openLog('test', 'error', () => {});
const pools: QueryPool[] = [];
after(() => Promise.all(pools.map((pool) => pool.close())));

function startPool(options: { size?: number; timeoutMs?: number } = {}): QueryPool {
  const start = () => new Worker(join(import.meta.dirname, 'testing/fake-thread.ts'));
  const pool = new QueryPool({ size: 1, timeoutMs: 10_000, ...options, log: quiet, start });
  pools.push(pool);
  return pool;
}

function taskOf(...hosts: readonly string[]): QueryTask {
  return {
    kind: 'series',
    format: 'json',
    request: {
      hosts,
      metrics: ['load_one'],
      labels: {},
      fromMs: END_MS - 60_000,
      toMs: END_MS,
      points: 60,
      onlyAverage: true,
    },
  };
}

const never = new AbortController().signal;
const slow = (count: number) => taskOf(...new Array<string>(count).fill('slow'));

test('a thread answers with the bytes of the HTTP answer', async () => {
  const answer = await startPool().run(taskOf('n001'), never);
  const range = JSON.parse(answer.body) as SeriesRange;
  assert.equal(answer.status, 200);
  assert.equal(range.series[0]?.average.length, 60);
});

test('what a task refuses arrives with its code', async () => {
  await assert.rejects(startPool().run(taskOf('nobody'), never), { code: 'host-unknown' });
});

test('a thread that ends fails its own query alone, and is replaced', async () => {
  const pool = startPool();
  const crashed = pool.run(taskOf('crash'), never);
  const next = pool.run(taskOf('n001'), never);
  await assert.rejects(crashed, { code: 'query-failed' });
  assert.equal((await next).status, 200);
});

test('a query that nobody waits for stops, and the next one gets its thread', async () => {
  const pool = startPool();
  const gone = new AbortController();
  const cancelled = pool.run(slow(1000), gone.signal);
  const startMs = performance.now();
  gone.abort();
  await assert.rejects(cancelled, { code: 'query-canceled' });
  await pool.run(taskOf('n001'), never);
  assert.ok(performance.now() - startMs < 3000);
});

test('a query that is cancelled while it waits never reaches a thread', async () => {
  const pool = startPool();
  const first = pool.run(slow(2), never);
  const gone = new AbortController();
  const waiting = pool.run(taskOf('crash'), gone.signal);
  gone.abort();
  await assert.rejects(waiting, { code: 'query-canceled' });
  assert.equal((await first).status, 200);
});

test('a query that takes too long is refused with the limit', async () => {
  await assert.rejects(startPool({ timeoutMs: 50 }).run(slow(50), never), {
    code: 'query-timeout',
    message: /longer than 0.05 s/,
  });
});

test('a query does not wait for ever for a thread that never gets ready', async () => {
  const start = () => new Worker('setInterval(() => {}, 1000)', { eval: true });
  const pool = new QueryPool({ size: 1, timeoutMs: 50, log: quiet, start });
  pools.push(pool);
  await assert.rejects(pool.run(taskOf('n001'), never), { code: 'query-timeout' });
});

test('another thread comes when tasks wait, and no more than are allowed', async () => {
  let started = 0;
  const start = () => {
    started += 1;
    return new Worker(join(import.meta.dirname, 'testing/fake-thread.ts'));
  };
  const pool = new QueryPool({ size: 2, timeoutMs: 10_000, log: quiet, start });
  pools.push(pool);
  await pool.run(taskOf('n001'), never);
  assert.equal(started, 1);
  await Promise.all(Array.from({ length: 6 }, () => pool.run(slow(3), never)));
  assert.equal(started, 2);
});

test('when too many wait, the next is told so at once', async () => {
  const pool = startPool();
  const waiting = Array.from({ length: 201 }, () => pool.run(slow(1), never));
  const all = Promise.allSettled(waiting);
  await assert.rejects(pool.run(taskOf('n001'), never), { code: 'busy' });
  await pool.close();
  const results = await all;
  assert.ok(results.every(({ status }) => status === 'rejected'));
});
