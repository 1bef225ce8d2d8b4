import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentIdOf } from '../base/agent-id.ts';
import { agentId, networkNamespace, nextBoot } from './identity.ts';
import { quietLog } from './testing/machine.ts';

function withRoot(run: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'clustermon-identity-'));
  try {
    run(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('the id does not tell the machine id and differs from namespace to namespace', () => {
  const machine = Buffer.from('3d1219c7c4c5404aaa1f6d2a48adfda4', 'hex');
  // Made with: systemd-id128 -a 6f1c35a2d93b4c0e8a4be1f0a7715d26 machine-id, for this machine id.
  assert.equal(agentIdOf(machine).toString('hex'), 'd48232cba9214676a5794afbdf5a0ca5');
  assert.notDeepEqual(agentIdOf(machine, 'n1'), agentIdOf(machine));
  assert.notDeepEqual(agentIdOf(machine, 'n1'), agentIdOf(machine, 'n2'));
});

for (const contents of [undefined, 'uninitialized\n', '']) {
  test(`with the machine id ${JSON.stringify(contents)} the id is random, and kept`, () =>
    withRoot((root) => {
      mkdirSync(join(root, 'etc'));
      if (contents !== undefined) writeFileSync(join(root, 'etc/machine-id'), contents);
      const ports = { data: root, root, log: quietLog };
      const first = agentId(ports, undefined);
      assert.equal(first.length, 16);
      assert.equal(agentId(ports, undefined), first);
    }));
}

test('boots grow, also when the clock went back', () =>
  withRoot((data) => {
    const ports = { data, root: data, log: quietLog };
    assert.equal(nextBoot(ports, 5000), 5000);
    assert.equal(nextBoot(ports, 6000), 6000);
    assert.equal(nextBoot(ports, 1000), 6001);
    assert.equal(nextBoot(ports, 1000), 6002);
  }));

test('a data folder that is not there is made, for its owner only', () =>
  withRoot((root) => {
    const data = join(root, 'new/data');
    nextBoot({ data, root, log: quietLog }, 5000);
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(nextBoot({ data, root, log: quietLog }, 1000), 5001);
  }));

test('where nothing can be written the clock serves', () =>
  withRoot((root) => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const ports = { data: join(file, 'data'), root: file, log: quietLog };
    assert.equal(nextBoot(ports, 7000), 7000);
    assert.equal(agentId(ports, undefined).length, 16);
  }));

test('a named network namespace is known by its name', () =>
  withRoot((root) => {
    for (const folder of ['proc/self/ns', 'proc/1/ns', 'run/netns']) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    symlinkSync('net:[4026531840]', join(root, 'proc/1/ns/net'));
    writeFileSync(join(root, 'run/netns/n7'), '');
    const number = statSync(join(root, 'run/netns/n7')).ino;
    symlinkSync(`net:[${number}]`, join(root, 'proc/self/ns/net'));
    assert.equal(networkNamespace(root), 'n7');
  }));

test('the first network namespace has no name', () =>
  withRoot((root) => {
    for (const process of ['self', '1']) {
      mkdirSync(join(root, 'proc', process, 'ns'), { recursive: true });
      symlinkSync('net:[4026531840]', join(root, 'proc', process, 'ns/net'));
    }
    assert.equal(networkNamespace(root), undefined);
  }));
