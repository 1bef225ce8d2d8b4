import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { READY_MESSAGE, SETTINGS_VARIABLE } from './daemon.ts';

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

/** Says that it starts and goes on when its supervisor is gone, if its settings want that. */
const SUPERVISED = `
const { runDaemon } = await import('./daemon.ts');
await runDaemon('sample', async (settings) => {
  if (settings.startLate) {
    await new Promise((resolve) => {
      process.once('disconnect', resolve);
      process.send('starting');
    });
  }
  setInterval(() => undefined, 1000);
  return { close: async () => undefined };
});`;

for (const startLate of [false, true])
  test(`a supervisor is told when the daemon runs; without it the daemon ends${startLate ? ', also while it starts' : ''}`, async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', SUPERVISED], {
      cwd: import.meta.dirname,
      env: { ...process.env, [SETTINGS_VARIABLE]: JSON.stringify({ startLate }) },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
    const [message] = await once(child, 'message');
    assert.equal(message, startLate ? 'starting' : READY_MESSAGE);
    child.disconnect();
    try {
      assert.deepEqual(await ended, [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
