import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildAgentPackage } from './agent-package.ts';

test('the package of the agent is the same under every umask, and its files can be read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-agent-package-'));
  const umask = process.umask();
  t.after(() => {
    process.umask(umask);
    rmSync(folder, { recursive: true });
  });
  process.umask(0o002);
  const first = await buildAgentPackage(folder);
  process.umask(0o077);
  const { file, sha256 } = await buildAgentPackage(folder);
  assert.equal(sha256, first.sha256);
  const listed = execFileSync('dpkg-deb', ['--contents', file], { encoding: 'utf8' });
  const modes = listed.split('\n').flatMap((line) => line.split(' ')[0] || []);
  assert.deepEqual(new Set(modes), new Set(['drwxr-xr-x', '-rwxr-xr-x', '-rw-r--r--']));
});
