import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { explain } from './explain.ts';
import { differences } from './explanation-diff.ts';

const SIMPLE = '/usr/share/doc/fai-doc/examples/simple';
const HOST = 'demohost';

test('the same space makes no difference, a changed one tells what', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-diff-'));
  try {
    const space = join(folder, 'space');
    cpSync(SIMPLE, space, { recursive: true });
    const machine = { disks: [] };
    const before = { space: SIMPLE, found: await explain({ space: SIMPLE, host: HOST }, machine) };
    const same = { space, found: await explain({ space, host: HOST }, machine) };
    assert.deepEqual(differences(before, same), []);

    writeFileSync(join(space, 'package_config/DEMO'), 'PACKAGES install\nnginx\n');
    writeFileSync(join(space, 'class/DEMO.var'), 'TIMEZONE=UTC\n');
    writeFileSync(join(space, 'files/etc/motd/DEMO'), 'hello\n');
    writeFileSync(join(space, 'disk_config/FAIBASE'), 'disk_config disk1\nprimary / 1G- ext4 rw\n');
    rmSync(join(space, 'scripts/LAST/50-misc'));
    const found = await explain({ space, host: HOST, assigned: ['WEB'] }, machine);
    const told = differences(before, { space, found });
    const names = new Map(told.map(({ name, before: was, after: is }) => [name, [was, is]]));
    assert.deepEqual(names.get('WEB'), [undefined, 'WEB']);
    assert.deepEqual(names.get('nginx'), [undefined, 'install']);
    assert.deepEqual(names.get('TIMEZONE'), ['Europe/Berlin', 'UTC']);
    assert.match(names.get('/etc/motd')?.[0] ?? '', /^files\/etc\/motd\/FAIBASE \([0-9a-f]{8}\)$/);
    assert.match(names.get('/etc/motd')?.[1] ?? '', /^files\/etc\/motd\/DEMO \([0-9a-f]{8}\)$/);
    assert.equal(names.get('layout')?.length, 2);
    assert.equal(names.get('scripts/LAST/50-misc')?.[1], undefined);
    const gone = told.filter(({ kind, after }) => kind === 'package' && after === undefined);
    assert.ok(gone.length > 0, 'packages that DEMO had installed are gone');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
