import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import type { Architecture, NodeState, PxeNode } from '../../wire/pxe.ts';
import { explainBoot } from './explanation.ts';

const MISSING = { missing: 'this machine is arm64', advice: 'Add arm64.' };

function explain(state: NodeState, architecture: Architecture | undefined, there: string[] = []) {
  return explainBoot({
    mac: '52:54:00:aa:00:01',
    node: { name: 'n001', state, quirks: {}, ...(architecture && { architecture }) } as PxeNode,
    server: { address: parseIpv4('10.0.0.2') as Ipv4, httpPort: 8642 },
    mode: 'server',
    hasFile: (name) => there.includes(name),
    installer: MISSING,
    events: [],
    nowMs: 0,
  });
}

test('a machine whose processor is known is shown its own firmware only', () => {
  const stages = (architecture: Architecture | undefined) =>
    explain('up', architecture).stages.map(({ stage }) => stage);
  assert.deepEqual(stages('arm64'), [
    'UEFI arm64 firmware',
    'UEFI arm64 HTTP firmware',
    'iPXE',
    'script',
  ]);
  assert.equal(stages(undefined).length, 7);
});

test('a boot loader that is missing is named with where it comes from', () => {
  const [pxe] = explain('up', 'arm64').stages;
  assert.match(pxe?.why ?? '', /it is not there: it comes with the package ipxe \(Debian 13/);
  const [there] = explain('up', 'arm64', ['grubaa64.efi']).stages;
  assert.equal(there?.answer, 'grubaa64.efi');
  assert.doesNotMatch(there?.why ?? '', /not there/);
});

test('without an installer for it, a machine that is to be installed is told why', () => {
  const { stages, diagnoses } = explain('approved', 'arm64');
  assert.equal(stages.at(-1)?.answer, 'nothing: this machine is arm64');
  assert.deepEqual(diagnoses.at(-1), {
    code: 'no-installer',
    text: 'this machine is arm64',
    advice: 'Add arm64.',
  });
});

test('a machine that boots from its disk needs no installer', () => {
  const { stages, diagnoses } = explain('up', 'arm64');
  assert.equal(stages.at(-1)?.answer, 'its own disk');
  assert.equal(
    diagnoses.some(({ code }) => code === 'no-installer'),
    false,
  );
});
