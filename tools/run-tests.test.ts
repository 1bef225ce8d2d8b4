/** What `npm test` makes of e2e tests that fail: once, always, or in many files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const PASSES = `import { test } from 'node:test'; test('passes', () => {});`;
const FAILS = `import { test } from 'node:test'; test('fails', () => { throw new Error('always'); });`;
const FAILS_ONCE = `
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
test('fails once', () => {
  const seen = import.meta.filename + '.seen';
  if (existsSync(seen)) return;
  writeFileSync(seen, '');
  throw new Error('the first time');
});`;

const CASES: readonly {
  readonly name: string;
  readonly e2e: readonly string[];
  readonly status: number;
  readonly says: RegExp;
}[] = [
  { name: 'all pass', e2e: [PASSES, PASSES], status: 0, says: /pass 2/ },
  {
    name: 'one fails once',
    e2e: [FAILS_ONCE, PASSES],
    status: 0,
    says: /UNSTEADY[\s\S]*e2e\/0\.test/,
  },
  {
    name: 'one fails always',
    e2e: [PASSES, FAILS],
    status: 1,
    says: /once more[\s\S]*e2e\/1\.test/,
  },
  { name: 'three fail once', e2e: [FAILS_ONCE, FAILS_ONCE, FAILS_ONCE], status: 1, says: /fail 3/ },
];

for (const { name, e2e, status, says } of CASES)
  test(`e2e tests: ${name}`, (t) => {
    const folder = checkout(t);
    for (const [index, text] of e2e.entries())
      writeFileSync(join(folder, `e2e/${index}.test.ts`), text);
    const run = runTests(folder);
    assert.equal(run.status, status, run.text);
    assert.match(run.text, says);
  });

test('a unit test that fails once is red, and no e2e test runs', (t) => {
  const folder = checkout(t);
  writeFileSync(join(folder, 'base/0.test.ts'), FAILS_ONCE);
  writeFileSync(join(folder, 'e2e/0.test.ts'), PASSES);
  const run = runTests(folder);
  assert.equal(run.status, 1, run.text);
  assert.doesNotMatch(run.text, /passes/);
});

/** A folder with our runner, one unit test, and nothing else. */
function checkout(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-runner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['base', 'e2e', 'tools']) mkdirSync(join(folder, name));
  for (const name of ['run-tests', 'laws.ts', 'failed-files.ts'])
    cpSync(join(import.meta.dirname, name), join(folder, 'tools', name));
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'base/unit.test.ts'), PASSES.replaceAll('passes', 'unit'));
  return folder;
}

function runTests(folder: string): { readonly status: number | null; readonly text: string } {
  // Without the variable by which a test runner knows that it runs in another one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(join(folder, 'tools/run-tests'), { env, encoding: 'utf8' });
  return { status: run.status, text: run.stdout + run.stderr };
}
