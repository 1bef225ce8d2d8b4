/** Machines in every state of their life, for the pages of provisioning. */
import type { BootExplanation, NodeEvent, PxeNode } from '../../wire/pxe.ts';

const TASKS = [
  'inventory',
  'classes',
  'partition',
  'extract',
  'debconf',
  'packages',
  'scripts',
  'bootloader',
];

function machine(id: number, more: Partial<PxeNode>): PxeNode {
  const hex = id.toString(16).padStart(2, '0');
  return {
    id,
    name: `new-${hex}`,
    state: 'discovered',
    macs: [`52:54:00:00:00:${hex}`],
    classes: [],
    quirks: {},
    createdMs: Date.now() - 600_000,
    changedMs: Date.now() - 60_000,
    lastContact: { atMs: Date.now() - 4_000, what: 'DHCP discover' },
    ...more,
  };
}

export function buildMachines(): PxeNode[] {
  return [
    machine(1, {
      hardware: {
        vendor: 'Supermicro',
        product: 'AS-2015',
        cores: 64,
        memoryBytes: 2 ** 38,
        firmware: 'uefi',
      },
    }),
    machine(2, {}),
    machine(3, {
      state: 'approved',
      name: 'n201',
      classes: ['DEBIAN', 'COMPUTE'],
      rack: 'r09',
      unit: 1,
    }),
    machine(4, {
      state: 'booting',
      name: 'n202',
      classes: ['DEBIAN', 'COMPUTE'],
      expectedNext: 'GET kernel',
    }),
    ...[3, 5, 8].map((index) =>
      machine(10 + index, {
        state: 'installing',
        name: `n2${10 + index}`,
        classes: ['DEBIAN', 'COMPUTE'],
        rack: 'r09',
        unit: index,
        progress: { task: TASKS[index - 1]!, index, count: TASKS.length, percent: 40 },
        lastContact: { atMs: Date.now() - 1_000, what: `task ${TASKS[index - 1]}` },
        expectedNext: 'report of the next task',
      }),
    ),
    machine(30, {
      state: 'failed',
      name: 'n230',
      failure: 'task partition failed\nsetup-storage: disk1 not found',
    }),
    machine(31, { state: 'up', name: 'n001', classes: ['DEBIAN'], installedMs: Date.now() - 9e8 }),
  ];
}

export function explain(node: PxeNode): BootExplanation {
  const kinds = ['dhcp-discover', 'dhcp-offer', 'tftp-get', 'http-get', 'script-given'];
  const events = kinds.map(
    (kind, index): NodeEvent => ({
      id: index + 1,
      atMs: node.createdMs + index * 1_500,
      mac: node.macs[0]!,
      kind,
      text: `${kind} of ${node.name}`,
    }),
  );
  return {
    mac: node.macs[0]!,
    node,
    stages: [
      { stage: 'DHCP', answer: 'ipxe.efi', why: 'architecture 7 (UEFI x64)' },
      { stage: 'iPXE script', answer: 'install', why: `the state is ${node.state}` },
    ],
    expectedNext: node.expectedNext ?? 'DHCP discover',
    diagnoses:
      node.state === 'booting'
        ? [
            {
              code: 'no-http',
              text: 'It got the boot loader but never asked for the kernel.',
              advice: 'Is port 8642 reachable from its network?',
            },
          ]
        : [],
    events,
  };
}
