import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
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

function recipe(classes = CLASSES, changed: { suite?: string; agentSha256?: string } = {}) {
  const base = { suite: changed.suite ?? 'bookworm', lines: ['deb http://m/debian bookworm main'] };
  return imageRecipe({
    space,
    classes,
    base,
    toolbox: { id: 't', architecture: 'amd64' },
    agentSha256: changed.agentSha256 ?? 'a',
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
  test(`${name} does not make another image`, () => {
    const before = recipe();
    change();
    assert.deepEqual(recipe(), before);
  });
}

const OTHER: readonly (readonly [string, () => void])[] = [
  ['a package list', () => write('package_config/BASE', 'PACKAGES install\nnano\n')],
  ['a variable', () => write('class/BASE.var', 'a=2\n')],
  ['debconf answers', () => write('debconf/BASE', 'a b string c\n')],
  ['a repository', () => write('files/etc/apt/sources.list/BASE', 'deb y\n')],
  ['a hook of instsoft', () => write('hooks/instsoft.BASE', '#!/bin/sh\ntrue\n')],
  ['a hook that can run now', () => chmodSync(join(space, 'hooks/instsoft.BASE'), 0o755)],
  ["the host's own packages", () => write('package_config/web01', 'PACKAGES install\nnano\n')],
];
for (const [name, change] of OTHER) {
  test(`${name} makes another image`, () => {
    const before = recipe().id;
    change();
    assert.notEqual(recipe().id, before);
  });
}

test('classes that nothing of the image asks for do not count: one image for BIOS and UEFI', () => {
  const uefi = recipe(['DEFAULT', 'UEFI', 'BASE', 'web02', 'LAST']);
  assert.deepEqual(uefi, recipe());
  assert.deepEqual(uefi.classes, ['DEFAULT', 'BASE', 'LAST']);
});

test('a class that a package list asks for counts', () => {
  write('package_config/BASE', 'PACKAGES install BIOS\ngrub-pc\n');
  assert.deepEqual(recipe().classes, ['DEFAULT', 'BIOS', 'BASE', 'LAST']);
});

test('suite and agent count', () => {
  assert.notEqual(recipe(CLASSES, { suite: 'trixie' }).id, recipe().id);
  assert.notEqual(recipe(CLASSES, { agentSha256: 'b' }).id, recipe().id);
});
