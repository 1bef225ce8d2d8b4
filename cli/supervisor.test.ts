import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, ManualClock, systemClock } from '../base/clock.ts';
import { openLog } from '../base/log.ts';
import { superviseDaemons } from './supervisor.ts';

const SCRIPT = join(import.meta.dirname, 'testdata', 'daemon.mjs');

async function withDaemon(
  mode: 'run' | 'fail',
  run: (tools: {
    pids: () => number[];
    supervisor: ReturnType<typeof superviseDaemons>;
    lines: string[];
  }) => Promise<void>,
  clock: Clock = systemClock,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-supervisor-'));
  const file = join(folder, 'pids');
  const lines: string[] = [];
  const supervisor = superviseDaemons(
    [{ name: 'sample', args: [SCRIPT], env: { SAMPLE: JSON.stringify({ file, mode }) } }],
    {
      log: openLog('up', 'info', (line) => lines.push(line)),
      clock,
      nodePath: process.execPath,
    },
  );
  const pids = () => {
    try {
      // Whole lines only: a file that was just made is empty, and signals to process 0 go to everyone.
      return (readFileSync(file, 'utf8').match(/\d+(?=\n)/g) ?? []).map(Number);
    } catch {
      return [];
    }
  };
  try {
    await run({ pids, supervisor, lines });
  } finally {
    await supervisor.close();
    rmSync(folder, { recursive: true });
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < deadlineMs, 'the condition did not come true in 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a daemon that is killed is started again', () =>
  withDaemon('run', async ({ pids, lines }) => {
    await until(() => pids().length === 1);
    process.kill(pids()[0] ?? 0, 'SIGKILL');
    await until(() => pids().length === 2);
    assert.match(lines.join(''), /daemon-died daemon=sample signal=SIGKILL restartInMs=250/);
  }));

test('a daemon that was ready is started again also when it ends by itself with an error', () =>
  withDaemon('run', async ({ pids, lines }) => {
    await until(() => pids().length === 1);
    process.kill(pids()[0] ?? 0, 'SIGUSR2');
    await until(() => pids().length === 2);
    assert.match(lines.join(''), /daemon-died daemon=sample code=1 restartInMs=250/);
  }));

test('a daemon that fails before it was ready is reported, however long it took, not tried for ever', () => {
  const clock = new ManualClock();
  return withDaemon(
    'fail',
    async ({ pids, supervisor, lines }) => {
      clock.advance(60_000);
      let failed: string | undefined;
      void supervisor.failed.then((name) => {
        failed = name;
      });
      await until(() => failed !== undefined || lines.length > 0);
      assert.equal(failed, 'sample');
      assert.equal(pids().length, 1);
    },
    clock,
  );
});

test('closing ends the daemon', () =>
  withDaemon('run', async ({ pids, supervisor }) => {
    await until(() => pids().length === 1);
    await supervisor.close();
    assert.equal(isAlive(pids()[0] ?? 0), false);
  }));
