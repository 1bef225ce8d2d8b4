import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { FileHashes } from './file-hashes.ts';
import { imageRecipe } from './recipe.ts';

const CLASSES = ['DEFAULT', 'BIOS', 'BASE', 'web01', 'LAST'];
const FILES: Readonly<Record<string, string>> = {
  'class/BASE.var': 'a=1\n',
  'package_config/BASE': 'PACKAGES install\nvim\n',
  'package_config/OTHER': 'PACKAGES install\nemacs\n',
  'hooks/instsoft.BASE': '#!/bin/sh\n',
  'hooks/partition.BASE': '#!/bin/sh\n',
  'scripts/BASE/10-x': '#!/bin/sh\n',
  'disk_config/BASE': 'disk_config disk1\nprimary / 1G- ext4 rw\n',
  'files/etc/motd/BASE': 'x',
  'files/etc/apt/sources.list/BASE': 'deb x\n',
};

let space: string;
beforeEach(() => {
  space = mkdtempSync(join(tmpdir(), 'clustermon-recipe-'));
  for (const [path, text] of Object.entries(FILES)) write(path, text);
});
afterEach(() => rmSync(space, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(space, path)), { recursive: true });
  writeFileSync(join(space, path), text);
}

function recipe(
  classes = CLASSES,
  changed: { suite?: string; agentSha256?: string; baseHashes?: FileHashes } = {},
) {
  const base = { suite: changed.suite ?? 'bookworm', lines: ['deb http://m/debian bookworm main'] };
  return imageRecipe({
    space,
    classes,
    base,
    toolbox: { id: 't', architecture: 'amd64' },
    agentSha256: changed.agentSha256 ?? 'a',
    baseHashes: changed.baseHashes ?? new FileHashes(),
  });
}

const SAME: readonly (readonly [string, () => void])[] = [
  ['a script', () => write('scripts/BASE/10-x', '#!/bin/sh\ntrue\n')],
  ['a disk layout', () => write('disk_config/BASE', '')],
  ['a file for the node', () => write('files/etc/motd/BASE', 'y')],
  ['a hook of a task on the node', () => write('hooks/partition.BASE', 'x')],
  ['packages of a class that is not in the list', () => write('package_config/OTHER', '')],
];
for (const [name, change] of SAME) {
  test(`${name} does not make another image`, async () => {
    const before = await recipe();
    change();
    assert.deepEqual(await recipe(), before);
  });
}

const OTHER: readonly (readonly [string, () => void])[] = [
  ['a package list', () => write('package_config/BASE', 'PACKAGES install\nnano\n')],
  ['a variable', () => write('class/BASE.var', 'a=2\n')],
  ['debconf answers', () => write('debconf/BASE', 'a b string c\n')],
  ['a repository', () => write('files/etc/apt/sources.list/BASE', 'deb y\n')],
  ['a base system', () => write('basefiles/BASE.tar.xz', 'tar')],
  ['a hook of instsoft', () => write('hooks/instsoft.BASE', '#!/bin/sh\ntrue\n')],
  ['a hook that can run now', () => chmodSync(join(space, 'hooks/instsoft.BASE'), 0o755)],
  ["the host's own packages", () => write('package_config/web01', 'PACKAGES install\nnano\n')],
];
for (const [name, change] of OTHER) {
  test(`${name} makes another image`, async () => {
    const before = (await recipe()).id;
    change();
    assert.notEqual((await recipe()).id, before);
  });
}

test('classes that nothing of the image asks for do not count: one image for BIOS and UEFI', async () => {
  const uefi = await recipe(['DEFAULT', 'UEFI', 'BASE', 'web02', 'LAST']);
  assert.deepEqual(uefi, await recipe());
  assert.deepEqual(uefi.classes, ['DEFAULT', 'BASE', 'LAST']);
});

test('a class that a package list asks for counts', async () => {
  write('package_config/BASE', 'PACKAGES install BIOS\ngrub-pc\n');
  assert.deepEqual((await recipe()).classes, ['DEFAULT', 'BIOS', 'BASE', 'LAST']);
});

test('a base system is no text that names classes, and is read once', async () => {
  write('basefiles/BASE.tar.xz', 'BIOS');
  const baseHashes = new FileHashes();
  const first = await recipe(CLASSES, { baseHashes });
  assert.equal(first.hasBasefile, true);
  assert.deepEqual(first.classes, ['DEFAULT', 'BASE', 'LAST']);
  const file = join(space, 'basefiles/BASE.tar.xz');
  assert.equal(baseHashes.of(file), baseHashes.of(file));
  write('basefiles/BASE.tar.xz', 'longer');
  assert.notEqual((await recipe(CLASSES, { baseHashes })).id, first.id);
});

test('suite and agent count', async () => {
  const { id } = await recipe();
  assert.notEqual((await recipe(CLASSES, { suite: 'trixie' })).id, id);
  assert.notEqual((await recipe(CLASSES, { agentSha256: 'b' })).id, id);
});
