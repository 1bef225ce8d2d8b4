import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { SETTINGS_VARIABLE } from './daemon.ts';

/** Prints its settings and whether programs that it starts would see them, then ends as when it cannot start. */
const DAEMON = `
const { runDaemon, SETTINGS_VARIABLE } = await import('./daemon.ts');
await runDaemon('sample', async (settings) => {
  console.log(JSON.stringify({ settings, left: SETTINGS_VARIABLE in process.env }));
  throw new Error('no port is free');
});`;

const CASES = [
  { name: 'the environment', env: { [SETTINGS_VARIABLE]: '{"a":1}' }, args: [] },
  { name: 'the first argument', env: {}, args: ['{"a":1}'] },
  { name: 'the environment first', env: { [SETTINGS_VARIABLE]: '{"a":1}' }, args: ['{"a":2}'] },
];

for (const { name, env, args } of CASES)
  test(`settings come from ${name}, and go no further; a daemon that cannot start says why`, () => {
    // Under -e, argv begins with the program and its arguments: a name stands where the file would.
    const run = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', DAEMON, '--', 'daemon.ts', ...args],
      { cwd: import.meta.dirname, env: { ...process.env, ...env }, encoding: 'utf8' },
    );
    assert.deepEqual(JSON.parse(run.stdout), { settings: { a: 1 }, left: false });
    assert.equal(run.status, 1);
    assert.match(run.stdout + run.stderr, /sample start-failed reason="no port is free"/);
  });
