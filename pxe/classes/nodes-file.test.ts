import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PxeNode } from '../../wire/pxe.ts';
import { type NodeSettings, parseNodesFile, settingsFor } from './nodes-file.ts';

const FILE = `
nodes:
  - match: {}
    classes: [FAIBASE, DEBIAN]
  - match: { mac: 52-54-00-AA-00-01 }
    name: web01
    address: 10.0.0.11
    rack: r07
    unit: 12
    approve: true
  - match: { name: "web*" }
    classes: WEB NGINX
  - match: { serial: 0012, memory: ">= 64GiB" }
    classes: [BIG]
    rack: r08
  - match: { product: "PowerEdge R6?0", disks: ">= 2" }
    classes: [RAID]
`;

type Machine = Pick<PxeNode, 'name' | 'macs' | 'hardware'>;
const MACS = ['52:54:00:aa:00:01'];
const CASES: readonly { name: string; node: Machine; settings: NodeSettings }[] = [
  {
    name: 'an entry without conditions holds for all',
    node: { name: 'x', macs: [] },
    settings: { classes: ['FAIBASE', 'DEBIAN'] },
  },
  {
    name: 'by MAC, in any writing',
    node: { name: 'x', macs: MACS },
    settings: {
      classes: ['FAIBASE', 'DEBIAN'],
      name: 'web01',
      address: '10.0.0.11',
      rack: 'r07',
      unit: 12,
      approve: true,
    },
  },
  {
    name: 'by name pattern; classes add up',
    node: { name: 'WEB7', macs: [] },
    settings: { classes: ['FAIBASE', 'DEBIAN', 'WEB', 'NGINX'] },
  },
  {
    name: 'a serial stays a text; all conditions must hold',
    node: { name: 'x', macs: [], hardware: { serial: '0012', memoryBytes: 64 * 1024 ** 3 } },
    settings: { classes: ['FAIBASE', 'DEBIAN', 'BIG'], rack: 'r08' },
  },
  {
    name: 'one byte of memory less',
    node: { name: 'x', macs: [], hardware: { serial: '0012', memoryBytes: 64 * 1024 ** 3 - 1 } },
    settings: { classes: ['FAIBASE', 'DEBIAN'] },
  },
  {
    name: 'by product and number of disks',
    node: {
      name: 'x',
      macs: [],
      hardware: {
        product: 'poweredge r640',
        disks: [
          { name: 'sda', sizeBytes: 1 },
          { name: 'sdb', sizeBytes: 1 },
        ],
      },
    },
    settings: { classes: ['FAIBASE', 'DEBIAN', 'RAID'] },
  },
  {
    name: 'a dot in a pattern is a dot',
    node: { name: 'x', macs: [], hardware: { product: 'PowerEdge R6400' } },
    settings: { classes: ['FAIBASE', 'DEBIAN'] },
  },
];

for (const one of CASES) {
  test(one.name, () => {
    const { entries, problems } = parseNodesFile(FILE);
    assert.deepEqual(problems, []);
    assert.deepEqual(settingsFor(entries, one.node), one.settings);
  });
}

const BAD: readonly { text: string; problem: string }[] = [
  { text: 'nodes: 3', problem: '1 nodes-syntax' },
  { text: 'nodes:\n  - 7', problem: '2 nodes-syntax' },
  { text: 'nodes:\n  - match: {mac: zz}', problem: '2 nodes-value' },
  { text: 'nodes:\n  - match: {color: red}', problem: '2 nodes-key' },
  { text: 'nodes:\n  - matches: {}', problem: '2 nodes-key' },
  { text: 'nodes:\n  - match: {}\n    unit: 61', problem: '3 nodes-value' },
  { text: 'nodes:\n  - match: {}\n    address: 10.0.0.256', problem: '3 nodes-value' },
  { text: 'nodes:\n  - match: {}\n    classes: [A/B]', problem: '3 class-name' },
  { text: 'nodes:\n  - match: {}\n    approve: yes', problem: '3 nodes-value' },
  { text: 'nodes:\n  - match: {memory: lots}', problem: '2 nodes-value' },
  { text: 'nodes:\n  - name: a\n    match: {}\n  - name: a', problem: '4 nodes-twice' },
  { text: 'nodes: [', problem: '1 nodes-syntax' },
];

for (const { text, problem } of BAD) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    const { problems } = parseNodesFile(text);
    assert.deepEqual(
      problems.map((one) => `${one.line} ${one.code}`),
      [problem],
    );
  });
}

test('an empty file says nothing about anyone', () => {
  assert.deepEqual(parseNodesFile('# none yet\n'), { entries: [], problems: [] });
});
