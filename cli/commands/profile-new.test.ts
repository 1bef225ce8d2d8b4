import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkSpace } from '../../pxe/classes/check/space.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
const home = mkdtempSync(join(tmpdir(), 'clustermon-profile-new-'));
after(() => rmSync(home, { recursive: true, force: true }));

function profileNew(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'profile', 'new', ...args], {
    env: { ...process.env, HOME: home },
    encoding: 'utf8',
  });
  return { status, output: stderr };
}

const keysOf = (space: string) =>
  readFileSync(join(space, 'files/root/.ssh/authorized_keys/BASE'), 'utf8');

test('without a key the space is sound, and the command says that nobody can log in', () => {
  const space = join(home, 'bare');
  const { status, output } = profileNew(space);
  assert.equal(status, 0);
  assert.match(output, /Put public keys into .*authorized_keys\/BASE before you install/);
  assert.deepEqual(checkSpace(space), []);
  assert.equal(keysOf(space), '');
});

test('public keys of ~/.ssh log in, private ones stay', () => {
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh/id_ed25519'), 'PRIVATE KEY');
  writeFileSync(join(home, '.ssh/id_ed25519.pub'), 'ssh-ed25519 AAAA admin');
  const space = join(home, 'with-key');
  assert.equal(profileNew(space).status, 0);
  assert.equal(keysOf(space), 'ssh-ed25519 AAAA admin\n');
});

const space = join(home, 'refused');
const REFUSED: readonly [what: string, args: string[], status: number, reason: RegExp][] = [
  ['a folder that holds something', [home], 1, /is not empty: name a new folder/],
  ['a private key', [space, '--ssh-key', join(home, '.ssh/id_ed25519')], 2, /is a private key/],
  [
    'a key file that is not there',
    [space, '--ssh-key', join(home, 'none')],
    2,
    /--ssh-key: ENOENT/,
  ],
];

for (const [what, args, status, reason] of REFUSED) {
  test(`${what} is refused`, () => {
    const result = profileNew(...args);
    assert.equal(result.status, status);
    assert.match(result.output, reason);
    assert.ok(!existsSync(space));
  });
}
