import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../base/log.ts';
import { namesOf, Problems } from './problems.ts';

test('a problem is shown while it lasts, and logged when it begins and when it is over', () => {
  const lines: string[] = [];
  const problems = new Problems(
    openLog('test', 'info', (line) => lines.push(line.split(' ').slice(1, 5).join(' '))),
  );
  problems.set('store-write', undefined, 1000);
  assert.deepEqual(problems.list(), []);
  problems.set('store-write', 'database or disk is full', 2000);
  problems.set('store-write', 'disk I/O error', 3000);
  const [problem, ...others] = problems.list();
  assert.deepEqual([problem?.code, problem?.sinceMs, others.length], ['store-write', 2000, 0]);
  assert.match(problem?.text ?? '', /make room on the disk.*\(database or disk is full\)/);
  problems.set('store-write', undefined, 62_000);
  problems.set('store-write', undefined, 63_000);
  assert.deepEqual(problems.list(), []);
  assert.deepEqual(lines, [
    'warn test problem code=store-write',
    'info test problem-over code=store-write',
  ]);
});

const names: [hosts: string[], text: string | undefined][] = [
  [[], undefined],
  [['n1', 'n2', 'n3'], 'n1; n2; n3'],
  [['n1', 'n2', 'n3', 'n4', 'n5'], 'n1; n2; n3; 2 more'],
];
for (const [hosts, text] of names) {
  test(`a problem of ${hosts.length} hosts names ${text ?? 'nobody'}`, () =>
    assert.equal(namesOf(hosts), text));
}
