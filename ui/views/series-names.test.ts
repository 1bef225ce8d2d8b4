import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ViewQuery } from '../../wire/views.ts';
import { type Named, namesOf } from './series-names.ts';

const query = (expr: string, name: string | null = null): ViewQuery => ({
  expr,
  name,
  units: null,
});
const fullName = (labels: object) =>
  Object.keys(labels).length === 0 ? '{}' : JSON.stringify(labels);

const cases: readonly {
  readonly name: string;
  readonly queries: readonly ViewQuery[];
  readonly series: readonly Named[];
  readonly names: readonly string[];
}[] = [
  {
    name: 'hosts tell series apart',
    queries: [query('load_one')],
    series: [
      { query: 0, labels: { host: 'a', rack: '1' } },
      { query: 0, labels: { host: 'b', rack: '2' } },
    ],
    names: ['a', 'b'],
  },
  {
    name: 'a pattern is filled in',
    queries: [query('x', '{{host}} {{ device }} {{none}}')],
    series: [{ query: 0, labels: { host: 'a', device: '<b>' } }],
    names: ['a <b> –'],
  },
  {
    name: 'a sum is its expression, unless it has a name',
    queries: [query('sum(x)'), query('sum(y)', 'all y')],
    series: [
      { query: 0, labels: {} },
      { query: 1, labels: {} },
    ],
    names: ['sum(x)', 'all y'],
  },
  {
    name: 'no two lines have one name',
    queries: [query('x', 'n')],
    series: [
      { query: 0, labels: { host: 'a' } },
      { query: 0, labels: { host: 'b' } },
    ],
    names: ['n', 'n (2)'],
  },
];
for (const { name, queries, series, names } of cases) {
  test(name, () => assert.deepEqual(namesOf(series, queries, fullName), names));
}
