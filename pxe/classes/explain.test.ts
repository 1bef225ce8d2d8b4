import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankDisk } from './disk/plan.ts';
import { explain } from './explain.ts';

const SIMPLE = '/usr/share/doc/fai-doc/examples/simple';

test('resolves Debian’s example for a host', async () => {
  const disks = [blankDisk('/dev/sda', 20 * 1024 ** 3)];
  const made = await explain({ space: SIMPLE, host: 'xfcehost' }, { disks, ramBytes: 2 ** 31 });
  assert.deepEqual(made.problems, []);
  assert.equal(made.disks?.path, 'disk_config/LVM');
  assert.equal(made.disks?.plan?.variables.ROOT_PARTITION, '/dev/vg1/root');
  const release = made.variables.find((one) => one.name === 'release');
  assert.deepEqual(release, { name: 'release', value: 'bookworm', class: 'DEBIAN' });
  assert.equal(made.variables.find((one) => one.name === 'kernelname')?.value, 'linux-image-amd64');
  assert.equal(made.variables.find((one) => one.name === 'ROOTPW')?.value, '(hidden)');
  assert.deepEqual(made.debconf, ['DEBIAN']);
  assert.ok(made.files.some((one) => one.target === 'etc/motd' && one.class === 'FAIBASE'));
  assert.equal(made.scripts[0], 'scripts/FAIBASE/10-misc');
  assert.equal(made.scripts.at(-1), 'scripts/LAST/50-misc');
  assert.deepEqual(made.hooks.slice(0, 2), ['hooks/setup.DEFAULT.sh', 'hooks/instsoft.DEBIAN']);
  assert.ok(made.packageCommands.some((one) => one.includes(' install lvm2')));
});

test('a layout that does not fit is a problem with its line', async () => {
  const disks = [blankDisk('/dev/sda', 2 * 1024 ** 3)];
  const made = await explain({ space: SIMPLE, host: 'demohost' }, { disks });
  assert.equal(made.disks?.plan, undefined);
  assert.equal(made.disks?.problem?.code, 'disk-space');
  assert.equal(made.disks?.problem?.line, 10);
});

test('without disks it says which layout would be taken', async () => {
  const made = await explain({ space: SIMPLE, host: 'demohost' }, { disks: [] });
  assert.deepEqual(made.disks, { path: 'disk_config/FAIBASE' });
});
