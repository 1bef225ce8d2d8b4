import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts';
import type { NodeState, PxeNode } from '../../wire/pxe.ts';
import type { InstallerMedia, NoInstaller } from './media.ts';
import { grubConfig, ipxeScript } from './script.ts';

const AMD64: InstallerMedia = { architecture: 'amd64', kernel: 'k', initramfs: 'i' };

const machine = (
  state: NodeState | undefined,
  installer: InstallerMedia | NoInstaller = AMD64,
) => ({
  mac: parseMac('52:54:00:aa:00:01') as Mac,
  node: state && ({ name: 'n001', state } as PxeNode),
  server: { address: parseIpv4('10.0.0.2') as Ipv4, httpPort: 8642 },
  installer,
  kernelArguments: 'console=ttyS0',
});

const KERNEL =
  'kernel http://10.0.0.2:8642/media/amd64/vmlinuz initrd=initramfs.img clustermon.server=http://10.0.0.2:8642 clustermon.mac=52:54:00:aa:00:01 console=ttyS0';

for (const state of ['discovered', 'approved', 'installing', 'failed', undefined] as const) {
  test(`a machine that is ${state ?? 'not known'} gets the installer`, () => {
    const script = ipxeScript(machine(state));
    assert.ok(script.startsWith('#!ipxe\n'));
    assert.ok(script.includes(KERNEL));
    assert.match(
      grubConfig(machine(state)),
      /linux \(tftp,10\.0\.0\.2\)\/media\/amd64\/vmlinuz clustermon\.server/,
    );
  });
}

for (const state of ['up', 'down', 'stopped', 'installed', 'retired'] as const) {
  test(`a machine that is ${state} gets its disk, and no kernel`, () => {
    const script = ipxeScript(machine(state));
    assert.match(script, /sanboot --no-describe --drive 0x80/);
    assert.doesNotMatch(script, /^kernel/m);
    assert.doesNotMatch(grubConfig(machine(state)), /linux/);
  });
}

test('a machine with another processor gets its own kernel', () => {
  const arm64 = machine('approved', { ...AMD64, architecture: 'arm64' });
  assert.match(ipxeScript(arm64), /^kernel \S+\/media\/arm64\/vmlinuz /m);
  assert.match(grubConfig(arm64), /^initrd \S+\/media\/arm64\/initramfs\.img$/m);
});

test('without an installer the machine says why, what to do, and asks again', () => {
  const missing = { missing: 'this machine is arm64', advice: 'Add arm64.' };
  const script = ipxeScript(machine('approved', missing));
  assert.match(script, /^echo clustermon: this machine is arm64\necho clustermon: Add arm64\.$/m);
  assert.match(script, /chain --replace http:\/\/10\.0\.0\.2:8642\/ipxe\/52-54-00-aa-00-01/);
  assert.doesNotMatch(script, /^kernel/m);
  const hostile = { missing: "it's\nbroken", advice: '$x "y"' };
  assert.match(grubConfig(machine('approved', hostile)), /^echo 'clustermon: it s broken'$/m);
  const config = grubConfig(machine('approved', missing));
  assert.match(config, /^echo 'clustermon: Add arm64\.'\nsleep 10\nreboot$/m);
  assert.doesNotMatch(config, /^linux/m);
});
