import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { agentPackageIn, buildAgentPackage } from './agent-package.ts';

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

test('its fields are those that Debian needs to install it on any machine', async (t) => {
  const { file } = await agentPackageIn(folderFor(t))();
  const fields = ['Package', 'Architecture', 'Depends'].map((name) =>
    execFileSync('dpkg-deb', ['--field', file, name], { encoding: 'utf8' }).trim(),
  );
  assert.deepEqual(fields, ['clustermon-agent', 'all', 'nodejs (>= 18)']);
});

test('what could not be built is built when it is asked for again', async (t) => {
  const folder = join(folderFor(t), 'packages');
  const agentPackage = agentPackageIn(folder);
  writeFileSync(folder, 'in the way');
  await assert.rejects(agentPackage());
  rmSync(folder);
  assert.equal(await agentPackage(), await agentPackage());
});

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-agent-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
