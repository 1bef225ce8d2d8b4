import assert from 'node:assert/strict';
import test from 'node:test';
import { search } from './search.ts';

const CHOICES = ['cpu_user', 'n001', 'xcpu', 'disk_cpu', 'cpu'].map((text) => ({
  kind: text === 'n001' ? 'host' : 'metric',
  text,
  detail: text === 'n001' ? 'rack r01 10.0.0.1' : '',
}));

const cases: readonly [query: string, found: readonly string[]][] = [
  ['', ['cpu_user', 'n001', 'xcpu']],
  ['CPU', ['cpu', 'cpu_user', 'disk_cpu']],
  ['r01', ['n001']],
  ['host n0', ['n001']],
  ['cpu user', ['cpu_user']],
  ['<img>', []],
];
for (const [query, found] of cases) {
  test(`"${query}" finds ${found.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(
      search(CHOICES, query, 3).map(({ text }) => text),
      found,
    );
  });
}
