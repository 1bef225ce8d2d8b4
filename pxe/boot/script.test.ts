import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts';
import type { NodeState, PxeNode } from '../../wire/pxe.ts';
import { grubConfig, ipxeScript } from './script.ts';

const machine = (state: NodeState | undefined, hasInstaller = true) => ({
  mac: parseMac('52:54:00:aa:00:01') as Mac,
  node: state && ({ name: 'n001', state } as PxeNode),
  server: { address: parseIpv4('10.0.0.2') as Ipv4, httpPort: 8642 },
  hasInstaller,
  kernelArguments: 'console=ttyS0',
});

const KERNEL =
  'kernel http://10.0.0.2:8642/media/vmlinuz initrd=initramfs.img clustermon.server=http://10.0.0.2:8642 clustermon.mac=52:54:00:aa:00:01 console=ttyS0';

for (const state of ['discovered', 'approved', 'installing', 'failed', undefined] as const) {
  test(`a machine that is ${state ?? 'not known'} gets the installer`, () => {
    const script = ipxeScript(machine(state));
    assert.ok(script.startsWith('#!ipxe\n'));
    assert.ok(script.includes(KERNEL));
    assert.match(
      grubConfig(machine(state)),
      /linux \(tftp,10\.0\.0\.2\)\/media\/vmlinuz clustermon\.server/,
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

test('without an installer the machine says so and asks again', () => {
  const script = ipxeScript(machine('approved', false));
  assert.match(script, /no installer is built yet/);
  assert.match(script, /chain --replace http:\/\/10\.0\.0\.2:8642\/ipxe\/52-54-00-aa-00-01/);
  assert.doesNotMatch(script, /^kernel/m);
});
