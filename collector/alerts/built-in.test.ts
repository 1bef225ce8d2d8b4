import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadRules } from './rule-loader.ts';
import { runRuleTestFile } from './rule-test-runner.ts';

const TESTS = join(import.meta.dirname, 'testdata', 'built-in.test.yml');

test('there are at most fifteen built-in rules', () => {
  const { groups, problems } = loadRules([], true);
  assert.deepEqual(problems, []);
  // The two severities of a pair are rules of one name.
  const names = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
  assert.ok(names.size <= 15, `${names.size}: ${[...names].join(', ')}`);
});

for (const { name, failures } of runRuleTestFile(TESTS, { warn: assert.fail })) {
  test(name, () => assert.deepEqual(failures, []));
}
