import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { writeMachineId, writeSecrets } from './target.ts';

const MACHINE_ID = '0123456789abcdef0123456789abcdef';

let target: string;
beforeEach(() => {
  target = mkdtempSync(join(tmpdir(), 'clustermon-target-'));
  mkdirSync(join(target, 'etc'));
});
afterEach(() => rmSync(target, { recursive: true, force: true }));

for (const [what, before] of [
  ['a new system', ''],
  ['a system to which a script has given another one', `${'f'.repeat(32)}\n`],
] as const) {
  test(`${what} gets the machine id of its order`, () => {
    writeFileSync(join(target, 'etc/machine-id'), before);
    writeMachineId(target, MACHINE_ID);
    assert.equal(readFileSync(join(target, 'etc/machine-id'), 'utf8'), `${MACHINE_ID}\n`);
  });
}

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
