import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { provideMachineId, writeSecrets } from './target.ts';

// systemd-id128 -a 6f1c35a2d93b4c0e8a4be1f0a7715d26 machine-id
const AGENT_ID = '4aed80b3376044319190826c1c8e1b28';

let target: string;
beforeEach(() => {
  target = mkdtempSync(join(tmpdir(), 'clustermon-target-'));
  mkdirSync(join(target, 'etc'));
});
afterEach(() => rmSync(target, { recursive: true, force: true }));

test('a new system gets a machine id of its own, and the agent id follows from it', () => {
  writeFileSync(join(target, 'etc/machine-id'), '');
  const id = provideMachineId(target);
  const machine = readFileSync(join(target, 'etc/machine-id'), 'utf8');
  assert.match(machine, /^[0-9a-f]{32}\n$/);
  assert.match(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  assert.equal(provideMachineId(target), id);
});

test('the agent id of a known machine id is the one that systemd-id128 -a gives', () => {
  writeFileSync(join(target, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
  assert.equal(provideMachineId(target), AGENT_ID);
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
