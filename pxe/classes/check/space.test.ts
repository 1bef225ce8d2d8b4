import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { checkSpace } from './space.ts';

test("Debian's fai-doc example is sound", () => {
  const problems = checkSpace('/usr/share/doc/fai-doc/examples/simple');
  // scripts/DEMO/10-misc copies a file that the example does not have, for the class XORG.
  assert.deepEqual(
    problems.map((one) => `${one.severity} ${one.path} ${one.code}`),
    ['warning scripts/DEMO/10-misc file-missing'],
  );
});

test('the space of debian-edu-fai has no error', () => {
  const problems = checkSpace('/usr/share/debian-edu-fai/fai/config');
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
});

const HAS_PYTHON = spawnSync('python3', ['--version']).status === 0;
const OK = '#!/bin/bash\ntrue\n';

/** One file of an otherwise empty space (mode 755 for scripts), and what is found: `path:line code`. */
const CASES: readonly { path: string; text: string; mode?: number; found: readonly string[] }[] = [
  { path: 'class/10-a', text: OK, mode: 0o644, found: ['class/10-a script-mode'] },
  { path: 'class/10-a', text: '#!/bin/bash\nif\n', found: ['class/10-a:3 script-syntax'] },
  { path: 'class/10-a', text: 'echo A\n', found: ['class/10-a:1 script-interpreter'] },
  { path: 'class/10-a.sh', text: 'newclasses=A\n', found: [] },
  { path: 'class/10-a.source', text: OK, found: ['class/10-a.source script-name'] },
  { path: 'class/WEB.var', text: 'A=(1\n', found: ['class/WEB.var:1 script-syntax'] },
  { path: 'class/WEB.var.in', text: 'A=@A@\n', found: ['class/WEB.var.in file-name'] },
  { path: 'class/node1', text: 'A B\nC/D\n', found: ['class/node1:2 class-name'] },
  {
    path: 'class/x.profile',
    text: 'Default: B\n\nName: A\nClasses: X\n',
    found: ['class/x.profile:1 menu-default'],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config disk1\nprimary / 1.5G ext4 rw\n',
    found: ['disk_config/WEB:2 disk-size'],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config disk1\nprimary / 60% ext4 rw\nprimary /b 50%-60% ext4 rw\n',
    found: ['disk_config/WEB:3 disk-space'],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config disk1\nprimary / 1Q ext4 rw\nprimary /a 1G ext9 rw\nprimary /b 1G ext4 rw\n',
    found: ['disk_config/WEB:2 disk-size', 'disk_config/WEB:3 disk-filesystem'],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config disk1 disklabel:gtp\nprimary / 1Q ext4 rw\n',
    found: ['disk_config/WEB:1 disk-syntax'],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config disk1 preserve_always:1\nprimary / 1G ext4 rw\n',
    found: [],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config /dev/disk/by-id/x\nprimary / 1G ext4 rw\n',
    found: [],
  },
  {
    path: 'disk_config/WEB',
    text: 'disk_config disk1 disklabel:gpt\nprimary / 100T- ext4 rw\n',
    found: [],
  },
  {
    path: 'package_config/WEB',
    text: 'PACKAGES instal\nnginx\n',
    found: ['package_config/WEB:1 package-action'],
  },
  { path: 'package_config/WEB', text: 'nginx\n', found: ['package_config/WEB:1 package-header'] },
  {
    path: 'package_config/WEB',
    text: 'PACKAGES install A && (B\nnginx\n',
    found: ['package_config/WEB:1 package-condition'],
  },
  {
    path: 'package_config/WEB',
    text: 'PACKAGES install A && !(B || C)\nNginx\n',
    found: ['package_config/WEB:2 package-name'],
  },
  { path: 'package_config/WEB.gpg', text: '\u0099', found: [] },
  {
    path: 'debconf/WEB',
    text: 'locales locales/default select C\nlocales x\n',
    found: ['debconf/WEB:2 debconf-syntax'],
  },
  { path: 'debconf/WEB', text: 'a b chose C\n', found: ['debconf/WEB:1 debconf-syntax'] },
  { path: 'debconf/WEB', text: 'a b string C \\\n  more\n', found: [] },
  { path: 'hooks/instsof.WEB', text: OK, found: ['hooks/instsof.WEB hook-task'] },
  { path: 'hooks/instsoft.WEB.source', text: OK, found: ['hooks/instsoft.WEB.source script-name'] },
  { path: 'hooks/instsoft.WEB', text: OK, mode: 0o644, found: ['hooks/instsoft.WEB script-mode'] },
  { path: 'hooks/setup.DEFAULT.sh', text: 'export A=1\n', mode: 0o644, found: [] },
  {
    path: 'scripts/WEB/10-x',
    text: '#!/bin/sh\nfi\n',
    found: ['scripts/WEB/10-x:2 script-syntax'],
  },
  { path: 'scripts/WEB/x', text: OK, found: ['scripts/WEB/x script-name'] },
  {
    path: 'scripts/WEB/10-x',
    text: '#!/bin/sh\nfcopy /etc/none\n',
    found: ['scripts/WEB/10-x:2 file-missing'],
  },
  { path: 'scripts/WEB/10-x', text: '#!/bin/sh\nfcopy -i /etc/none\n', found: [] },
  {
    path: 'scripts/WEB/10-x',
    text: '#!/bin/sh\nainsl /etc/x "a[b]"\n',
    found: ['scripts/WEB/10-x:2 ainsl-pattern'],
  },
  { path: 'scripts/WEB/10-x', text: '#!/bin/sh\nainsl -Q /etc/x "a[b]"\n', found: [] },
  {
    path: 'scripts/WEB/10-x',
    text: '#!/usr/bin/perl -w\nuse strict;\nmy $x = ;\n',
    found: ['scripts/WEB/10-x:3 script-syntax'],
  },
  { path: 'scripts/WEB/10-x', text: '#!/usr/bin/perl\nuse strict;\nmy $x = 1;\n', found: [] },
  { path: 'scripts/WEB/10-x', text: '#!/usr/bin/perl\nuse No::Such::Module;\nif (\n', found: [] },
  { path: 'scripts/WEB/10-x', text: '#!/usr/bin/perl -T\nprint 1;\n', found: [] },
  {
    path: 'scripts/WEB/10-x',
    text: '#!/usr/bin/env python3\nif True\n  pass\n',
    // A machine without Python cannot judge it.
    found: HAS_PYTHON ? ['scripts/WEB/10-x:2 script-syntax'] : [],
  },
  { path: 'scripts/WEB/10-x', text: '#!/usr/bin/python3\nprint(1)\n', found: [] },
  { path: 'files/motd', text: 'x', found: ['files/motd file-class'] },
  { path: 'files/etc/motd/WEB', text: 'x', found: [] },
  {
    path: 'files/etc/motd/file-modes',
    text: 'root root 0999\n',
    found: ['files/etc/motd/file-modes:1 file-modes'],
  },
  {
    path: 'files/etc/motd/preinst',
    text: OK,
    mode: 0o644,
    found: ['files/etc/motd/preinst script-mode'],
  },
  { path: 'nodes.yaml', text: 'nodes:\n  - clases: [A]\n', found: ['nodes.yaml:2 nodes-key'] },
  {
    path: 'nodes.yaml',
    text: 'nodes:\n  - match: {}\n    classes: [NONE]\n',
    found: ['nodes.yaml:2 class-unknown'],
  },
];

for (const { path, text, mode = 0o755, found } of CASES) {
  test(`${path}: ${JSON.stringify(text)} gives ${found.join(', ') || 'nothing'}`, () => {
    inSpace((space) => {
      mkdirSync(dirname(join(space, path)), { recursive: true });
      writeFileSync(join(space, path), text);
      chmodSync(join(space, path), mode);
      const problems = checkSpace(space).map(
        (one) => `${one.path}${one.line === undefined ? '' : `:${one.line}`} ${one.code}`,
      );
      assert.deepEqual(problems, found);
    });
  });
}

for (const path of ['class/10-a', 'files/etc/motd/WEB', 'basefiles/WEB.tar.xz', 'debconf/WEB']) {
  test(`${path}: a link that leads nowhere is named`, () => {
    inSpace((space) => {
      mkdirSync(dirname(join(space, path)), { recursive: true });
      symlinkSync('/nowhere', join(space, path));
      const found = checkSpace(space).map((one) => `${one.path} ${one.code}`);
      assert.ok(found.includes(`${path} script-link`));
    });
  });
}

test('classes of nodes.yaml may be meant by a script alone', () => {
  inSpace((space) => {
    mkdirSync(join(space, 'scripts'));
    writeFileSync(join(space, 'nodes.yaml'), 'nodes:\n  - match: {}\n    classes: [WEB, FAST]\n');
    writeFileSync(join(space, 'scripts/WEB'), '#!/bin/sh\nifclass FAST && true\n', { mode: 0o755 });
    assert.deepEqual(checkSpace(space), []);
  });
});

test('what Perl would run to parse a script is not run', () => {
  for (const line of [`BEGIN { MARK }`, `use constant A => do { MARK };`, `use lib '.';`]) {
    inSpace((space) => {
      const mark = join(space, 'mark');
      mkdirSync(join(space, 'scripts'));
      const code = line.replace('MARK', `open(my $f, '>', '${mark}')`);
      writeFileSync(join(space, 'scripts/WEB'), `#!/usr/bin/perl\n${code}\n`, { mode: 0o755 });
      assert.deepEqual(checkSpace(space), []);
      assert.equal(existsSync(mark), false);
    });
  }
});

test('links to folders are not followed: they lead out of the space, or in circles', () => {
  inSpace((space) => {
    mkdirSync(join(space, 'files/etc'), { recursive: true });
    symlinkSync('..', join(space, 'files/etc/self'));
    symlinkSync('/', join(space, 'files/outside'));
    assert.deepEqual(checkSpace(space), []);
  });
});

test('a script that is a device is named, not read', () => {
  inSpace((space) => {
    mkdirSync(join(space, 'scripts'));
    symlinkSync('/dev/zero', join(space, 'scripts/X'));
    const found = checkSpace(space).map((one) => `${one.path} ${one.message}`);
    assert.deepEqual(found, ['scripts/X is no file']);
  });
});

test('a folder without class/ is no config space', () => {
  assert.throws(() => checkSpace('/proc'), { code: 'profile-space' });
});

function inSpace(run: (space: string) => void): void {
  const space = mkdtempSync(join(tmpdir(), 'clustermon-check-'));
  try {
    mkdirSync(join(space, 'class'));
    run(space);
  } finally {
    rmSync(space, { recursive: true, force: true });
  }
}
