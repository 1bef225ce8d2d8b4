import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { provideMachineId, writeSecrets } from './target.ts';

const MACHINE_ID = '0123456789abcdef0123456789abcdef';
// systemd-id128 -a 6f1c35a2d93b4c0e8a4be1f0a7715d26 machine-id
const AGENT_ID = '4aed80b3376044319190826c1c8e1b28';

let target: string;
beforeEach(() => {
  target = mkdtempSync(join(tmpdir(), 'clustermon-target-'));
  mkdirSync(join(target, 'etc'));
});
afterEach(() => rmSync(target, { recursive: true, force: true }));

test('a new system gets its machine id; the agent id is the one that systemd-id128 -a gives', () => {
  writeFileSync(join(target, 'etc/machine-id'), '');
  assert.equal(provideMachineId(target, MACHINE_ID), AGENT_ID);
  assert.equal(readFileSync(join(target, 'etc/machine-id'), 'utf8'), `${MACHINE_ID}\n`);
});

test('a machine id that a script has written stays', () => {
  writeFileSync(join(target, 'etc/machine-id'), `${MACHINE_ID}\n`);
  assert.equal(provideMachineId(target, 'f'.repeat(32)), AGENT_ID);
});

test('secrets get their mode, and folders on the way', () => {
  const content = Buffer.from('key\n').toString('base64');
  writeSecrets(target, { files: [{ path: '/etc/clustermon/agent.key', mode: '0600', content }] });
  const file = join(target, 'etc/clustermon/agent.key');
  assert.equal(readFileSync(file, 'utf8'), 'key\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

for (const path of ['/../x', 'etc/x', '/etc/../../x', '/etc//x']) {
  test(`refuses to write to ${path}`, () => {
    const secrets = { files: [{ path, mode: '0600', content: '' }] };
    assert.throws(() => writeSecrets(target, secrets), { code: 'secret-path' });
  });
}
