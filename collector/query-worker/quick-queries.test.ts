import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryAnswer, QueryTask } from '../http/ports.ts';
import { FakeCluster } from '../http/testing/fake-cluster.ts';
import { queryData } from '../http/testing/query-data.ts';
import { RangeCache } from '../query/range-cache.ts';
import type { QueryData } from './query-data.ts';
import { QuickQueries } from './quick-queries.ts';
import { runTask } from './run-task.ts';

const NOW_S = 1_767_225_600;
const HOUR_S = 3600;
const cluster = new FakeCluster(NOW_S);
for (let host = 0; host < 60; host += 1) cluster.addHost(`n${host}`, { rack: `r${host % 2}` });
const data = queryData(cluster);
const never = new AbortController().signal;

type PrometheusTask = Extract<QueryTask, { kind: 'prometheus' }>;

function rangeOf(query: string, seconds: number, step: number): PrometheusTask {
  const range = { start: String(NOW_S - seconds), end: String(NOW_S), step: String(step) };
  const params = new URLSearchParams({ query, ...range }).toString();
  return { kind: 'prometheus', path: 'query_range', params, recorded: [] };
}

function instant(query: string, time = NOW_S): PrometheusTask {
  const params = new URLSearchParams({ query, time: String(time) }).toString();
  return { kind: 'prometheus', path: 'query', params, recorded: [] };
}

const ELSEWHERE: QueryAnswer = { status: 200, type: 'text/plain', body: 'answered elsewhere' };
const queries = new QuickQueries(data, { run: async () => ELSEWHERE });
const rule = {
  labels: {},
  timesMs: new Float64Array(),
  values: new Float64Array(),
  stale: undefined,
};

const cases: readonly (readonly [isQuick: boolean, what: string, task: QueryTask])[] = [
  [true, 'the newest values of all hosts', instant('load_one')],
  [true, 'one series over an hour', rangeOf('load_one{host="n1"}', HOUR_S, 1)],
  [true, 'a pattern beside a name', rangeOf('load_one{host=~"n1.*"}', 60, 15)],
  [true, 'two metrics by name', instant('{__name__=~"load_one|up"}')],
  [true, 'no series at all', instant('1 + 1')],
  [true, 'a query with a fault', instant('sum(')],
  [false, 'all hosts over an hour', rangeOf('avg(load_one)', HOUR_S, 1)],
  [false, 'a month of which every row counts', rangeOf('load_one', 30 * 24 * HOUR_S, 300)],
  [false, 'windows that overlap much', rangeOf('max_over_time(load_one[1h])', HOUR_S, 1)],
  [
    false,
    'values of all hosts out of archives',
    instant('load_one + load_one', NOW_S - 12 * HOUR_S),
  ],
  [false, 'series of any name', instant('count({host="n1"})')],
  [false, 'a pattern of names', instant('{__name__=~"load.*"}')],
  [false, 'a subquery', instant('max_over_time(load_one{host="n1"}[1m:1s])')],
  [false, 'a long text', instant(`load_one${' + 1'.repeat(400)}`)],
  [false, 'series of rules', { ...instant('load_one'), recorded: [rule] }],
  [false, 'another path', { ...instant('load_one'), path: 'labels' }],
  [false, 'another kind of task', { kind: 'federate', selectors: ['up'], format: 'text' }],
];
for (const [isQuick, what, task] of cases) {
  test(`${what}: ${isQuick ? 'at once' : 'elsewhere'}`, async () => {
    const answer = await queries.run(task, never);
    assert.deepEqual(answer, isQuick ? runTask(task, data, () => false) : ELSEWHERE);
  });
}

/** The data with a cache of its own, as each thread has. */
function cached(generation: () => number): QueryData & { readonly cache: RangeCache } {
  const cache = new RangeCache({
    nowMs: () => cluster.nowMs(),
    unsettled: () => [cluster.second - 19, cluster.second],
    arrivals: () => 60,
    generation,
    lateValues: () => 0,
  });
  return { ...data, cache };
}

/** Answers what is not quick as a query thread does, and notes it. */
function withThread(generation = () => 0) {
  const thread = cached(() => 0);
  const elsewhere: string[] = [];
  const rest = {
    run: async (task: QueryTask) => {
      elsewhere.push(task.kind);
      return { ...runTask(task, thread, () => false), kept: thread.cache.takeNewest() };
    },
  };
  return { queries: new QuickQueries(cached(generation), rest), elsewhere };
}

function hourUntil(endS: number): PrometheusTask {
  const range = { start: String(endS - HOUR_S), end: String(endS), step: '1' };
  const params = new URLSearchParams({ query: 'avg(load_one)', ...range }).toString();
  return { kind: 'prometheus', path: 'query_range', params, recorded: [] };
}

test('of what a thread has answered, the next second is evaluated at once', async () => {
  const { queries: both, elsewhere } = withThread();
  for (const back of [3, 2, 1, 0]) {
    const task = hourUntil(NOW_S - back);
    assert.deepEqual(
      await both.run(task, never),
      runTask(task, data, () => false),
    );
  }
  assert.equal(elsewhere.length, 1);
});

test('what a thread has answered is not kept when series have changed meanwhile', async () => {
  let generation = 0;
  const { queries: both, elsewhere } = withThread(() => generation++);
  for (const back of [1, 0]) await both.run(hourUntil(NOW_S - back), never);
  assert.equal(elsewhere.length, 2);
});
