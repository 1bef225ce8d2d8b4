/** Empty machines become monitored nodes: power on, discovered, approved, installed from their classes, up with their own metrics. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { HostList } from '../wire/http.ts';
import type { NodeEvent, PxeNode, PxeStatus } from '../wire/pxe.ts';
import { type Appliance, CLUSTERMON, ROOT, startAppliance } from './harness/appliance.ts';
import { makeNetwork, type TestHost, type TestNetwork } from './harness/network.ts';
import { startProcess, type TestProcess, waitFor } from './harness/process.ts';
import { makeRackMachine, type RackMachine } from './harness/rack-machine.ts';

/** Toolbox, base system and images stay between runs: they are named after what is in them. */
const DATA = join(tmpdir(), 'clustermon-e2e-install');
const KEPT = new Set(['toolbox', 'bases', 'images', 'installer', 'packages', 'signing.pem']);
const SPACE = join(DATA, 'space');
/** Emulation is slow, and other tests may run beside. */
const STAGE_MS = 15 * 60_000;

before(() => {
  mkdirSync(DATA, { recursive: true });
  rmSync(SPACE, { recursive: true, force: true });
  cpSync(join(ROOT, 'e2e/testdata/space'), SPACE, { recursive: true });
  // Packages come from the mirror, which the test network cannot reach.
  execFileSync(
    CLUSTERMON,
    ['--data', DATA, 'image', 'build', '--space', SPACE, '--classes', 'BASE'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
});

for (const { firmware, mode } of [
  { firmware: 'bios', mode: 'server' },
  { firmware: 'uefi', mode: 'proxy' },
] as const) {
  test(`${firmware}, ${mode} mode: from an empty disk to live metrics`, async (t) => {
    const rack = await openRack(firmware, mode);
    const stages = [discover, install, checkTimeline, restart];
    try {
      // Each builds on the one before.
      for (const stage of stages) {
        const begunMs = Date.now();
        await stage(rack);
        t.diagnostic(`${stage.name}: ${Math.round((Date.now() - begunMs) / 1000)} s`);
      }
    } finally {
      await rack.close();
    }
  });
}

interface Rack {
  readonly appliance: Appliance;
  readonly machine: RackMachine;
  node(): PxeNode | undefined;
  post(path: string): void;
  get<T>(path: string): T;
  close(): Promise<void>;
}

async function openRack(firmware: 'bios' | 'uefi', mode: 'server' | 'proxy'): Promise<Rack> {
  for (const name of [
    'pxe.db',
    'pxe.db-wal',
    'pxe.db-shm',
    'installs.db',
    'installs.db-wal',
    'installs.db-shm',
  ]) {
    rmSync(join(DATA, name), { force: true });
  }
  const network = makeNetwork(2);
  const [head, other] = network.hosts as [TestHost, TestHost];
  const dhcp = mode === 'proxy' ? plainDhcpServer(other) : undefined;
  const ranges = mode === 'server' ? "ranges: ['10.99.0.50-10.99.0.90'], " : '';
  const config = `agent: {}
collector: {webPort: 0, interfaces: [eth0]}
pxe: {interfaces: [eth0], mode: ${mode}, ${ranges}space: ${SPACE}, kernelArguments: 'console=ttyS0'}
`;
  const appliance = await startAppliance({ host: head, data: DATA, config });
  const socket = (method: string, path: string) =>
    head.run(
      'curl',
      '-fsS',
      '-X',
      method,
      '--unix-socket',
      join(DATA, 'pxe.sock'),
      `http://x/api/pxe/${path}`,
    );
  const get = <T>(path: string) => JSON.parse(socket('GET', path)) as T;
  await waitFor('kernel and initramfs', () => get<PxeStatus>('status').hasInstaller, STAGE_MS);
  const number = firmware === 'bios' ? 4 : 5;
  const machine = makeRackMachine(network, { firmware, number, memoryMiB: 1024, disk: '4G' });
  return {
    appliance,
    machine,
    get,
    node: () =>
      get<{ nodes: PxeNode[] }>('nodes').nodes.find((one) => one.macs.includes(machine.mac)),
    post: (path) => void socket('POST', path),
    close: () => closeRack({ network, appliance, machine, dhcp }),
  };
}

async function closeRack(rack: {
  network: TestNetwork;
  appliance: Appliance;
  machine: RackMachine;
  dhcp: TestProcess | undefined;
}): Promise<void> {
  const folder = join(ROOT, 'e2e/artefacts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `install-${rack.machine.mac.slice(-2)}.console.txt`),
    rack.machine.console(),
  );
  await rack.machine.remove();
  await rack.appliance.close();
  await rack.dhcp?.end();
  rack.network.remove();
}

/** A DHCP server that knows nothing of network boot. */
function plainDhcpServer(host: TestHost): TestProcess {
  const range = '10.99.0.100,10.99.0.150,10m';
  return startProcess(
    'dnsmasq',
    [
      '--no-daemon',
      '--conf-file=/dev/null',
      '--port=0',
      '--interface=eth0',
      `--dhcp-range=${range}`,
      '--dhcp-leasefile=/dev/null',
    ],
    { host },
  );
}

/** An unknown machine is discovered, and its disk stays as it is. */
async function discover(rack: Rack): Promise<void> {
  const empty = rack.machine.diskHash();
  rack.machine.powerOn();
  await waitFor(
    'the machine to wait for approval',
    () => /clustermon: waits for approval/.test(rack.machine.console()),
    STAGE_MS,
  );
  const node = rack.node();
  assert.equal(node?.state, 'discovered');
  assert.equal(node.hardware?.disks?.[0]?.sizeBytes, 4 * 1024 ** 3);
  await rack.machine.powerOff();
  assert.equal(rack.machine.diskHash(), empty);
}

/** Approved, it is installed and comes up with metrics of its own. */
async function install(rack: Rack): Promise<void> {
  const name = rack.node()?.name ?? '';
  rack.post(`nodes/${name}/approve`);
  rack.machine.powerOn();
  const node = await waitFor(
    'the node to be up',
    () => {
      const now = rack.node();
      assert.notEqual(now?.state, 'failed', now?.failure);
      return now?.state === 'up' ? now : undefined;
    },
    STAGE_MS,
  );
  assert.ok(node.installedMs);
  await waitFor('the host to be live by its name', async () => {
    const { hosts } = await rack.appliance.get<HostList>('/api/hosts');
    return hosts.some((host) => host.name === name && host.state === 'up' && host.seriesCount > 50);
  });
}

/** Every step is on its timeline. */
async function checkTimeline(rack: Rack): Promise<void> {
  const name = rack.node()?.name ?? '';
  const { events } = rack.get<{ events: NodeEvent[] }>(`nodes/${name}/events?limit=500`);
  const steps = events.map((one) => `${one.kind} ${one.text}`).join('\n');
  for (const task of [
    'partition',
    'mountdisks',
    'extrbase',
    'configure',
    'tests',
    'finish',
    'bootloader',
    'secrets',
    'savelog',
  ]) {
    assert.match(steps, new RegExp(`^task-begin ${task}$`, 'm'));
    assert.match(steps, new RegExp(`^task-end ${task}`, 'm'));
  }
  for (const step of [
    /^dhcp-/m,
    /^http-script /m,
    /^http-file GET .*vmlinuz/m,
    /^installer /m,
    /installing → installed/,
    /installed → joined/,
  ]) {
    assert.match(steps, step);
  }
}

/** Started again without being armed, it boots from its disk. */
async function restart(rack: Rack): Promise<void> {
  const before = rack.machine.console().length;
  await rack.machine.powerOff();
  rack.machine.powerOn();
  await waitFor(
    'the installed system to start again',
    () => / login: /.test(rack.machine.console().slice(before)),
    STAGE_MS,
  );
  assert.doesNotMatch(rack.machine.console().slice(before), /clustermon: asking/);
}

after(() => {
  if (!existsSync(DATA)) return;
  execFileSync('find', [
    DATA,
    '-mindepth',
    '1',
    '-maxdepth',
    '1',
    ...[...KEPT].flatMap((name) => ['!', '-name', name]),
    '-exec',
    'rm',
    '-rf',
    '{}',
    '+',
  ]);
});
