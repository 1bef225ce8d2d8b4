/** A rack with one machine: an appliance that provisions, its network, and what the appliance says of the machine. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { NodeEvent, PxeNode, PxeStatus } from '../../wire/pxe.ts';
import { type Appliance, CLUSTERMON, ROOT, startAppliance } from './appliance.ts';
import { makeNetwork, type TestHost } from './network.ts';
import { childrenOf, startProcess, type TestProcess, waitFor } from './process.ts';
import { makeRackMachine, type RackMachine } from './rack-machine.ts';

/** Data folder of the appliance. Toolbox, base system and images stay between runs: they are named after what is in them. */
export const RACK_DATA = join(tmpdir(), 'clustermon-e2e-install');
export const RACK_SPACE = join(RACK_DATA, 'space');
const KEPT = ['toolbox', 'bases', 'images', 'installer', 'packages', 'signing.pem'];
/** For one step of a machine: emulation is slow, and other tests may run beside. */
export const STAGE_MS = 30 * 60_000;

/** An emulated machine that a busy host holds up for 40 ms at its start takes its timer for dead, and panics. */
const KERNEL_ARGUMENTS = 'console=ttyS0 no_timer_check';

export interface RackOptions {
  readonly firmware: 'bios' | 'uefi';
  /** `proxy`: beside a DHCP server that knows nothing of network boot. */
  readonly mode: 'server' | 'proxy';
  readonly disk?: string;
}

export interface Rack {
  readonly head: TestHost;
  readonly machine: RackMachine;
  readonly appliance: Appliance;
  /** What the API says of the machine now. */
  node(): Promise<PxeNode | undefined>;
  events(): Promise<readonly NodeEvent[]>;
  act(action: 'approve' | 'install'): Promise<void>;
  /** `kill -9` of every process of the appliance at once. */
  killAppliance(): Promise<void>;
  startAppliance(): Promise<void>;
  close(): Promise<void>;
}

/** Empties the data folder but for what takes long to build, and puts the config space of the tests there. */
export function prepareRackData(): void {
  mkdirSync(RACK_DATA, { recursive: true });
  for (const name of readdirSync(RACK_DATA).filter((one) => !KEPT.includes(one))) {
    rmSync(join(RACK_DATA, name), { recursive: true, force: true });
  }
  cpSync(join(ROOT, 'e2e/testdata/space'), RACK_SPACE, { recursive: true });
}

/** Builds the image of the config space as it is now: packages come from the mirror, which the test network cannot reach. */
export function buildRackImage(): void {
  const args = ['image', 'build', '--space', RACK_SPACE, '--classes', 'BASE'];
  execFileSync(CLUSTERMON, ['--data', RACK_DATA, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** What the agent of the images says on the Node of the release that is installed, when its settings are no JSON. */
export function startAgentWrongly(): string {
  const inFolder = (name: string) =>
    join(RACK_DATA, name, readdirSync(join(RACK_DATA, name))[0] ?? '');
  const bundle =
    'dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards "./usr/lib/clustermon/agent.*js"';
  const script = `${bundle} | chroot "$2" node - '{' 2>&1 || true`;
  const args = ['-c', script, 'start', inFolder('packages'), inFolder('toolbox')];
  return execFileSync('sh', args, { encoding: 'utf8' });
}

export async function openRack({ firmware, mode, disk = '4G' }: RackOptions): Promise<Rack> {
  prepareRackData();
  const network = makeNetwork(2);
  const [head, other] = network.hosts as [TestHost, TestHost];
  const dhcp = mode === 'proxy' ? plainDhcpServer(other) : undefined;
  const number = firmware === 'bios' ? 4 : 5;
  const machine = makeRackMachine(network, { firmware, number, memoryMiB: 1024, disk });
  const ranges = mode === 'server' ? "ranges: ['10.99.0.50-10.99.0.90'], " : '';
  const config = `agent: {}
collector: {webPort: 0}
pxe: {interfaces: [eth0], mode: ${mode}, ${ranges}space: ${RACK_SPACE}, kernelArguments: '${KERNEL_ARGUMENTS}'}
`;
  const start = () => startAppliance({ host: head, data: RACK_DATA, config });
  let appliance = await start();
  const node = async () => {
    const { nodes } = await askPxe<{ nodes: PxeNode[] }>('GET', 'nodes');
    return nodes.find((one) => one.macs.includes(machine.mac));
  };
  const hasInstaller = async () => (await askPxe<PxeStatus>('GET', 'status')).hasInstaller;
  await waitFor('kernel and initramfs', hasInstaller, STAGE_MS);
  return {
    head,
    machine,
    get appliance() {
      return appliance;
    },
    node,
    events: async () => {
      const path = `nodes/${machine.mac}/events?limit=500`;
      return (await askPxe<{ events: NodeEvent[] }>('GET', path)).events;
    },
    act: async (action) => void (await askPxe('POST', `nodes/${machine.mac}/${action}`)),
    async killAppliance() {
      const daemons = await childrenOf(appliance.process.pid);
      for (const { pid } of daemons) process.kill(pid, 'SIGKILL');
      await appliance.process.end('SIGKILL');
    },
    async startAppliance() {
      appliance = await start();
      await waitFor('the machine to be known', node, STAGE_MS);
    },
    async close() {
      keepConsole(machine);
      await machine.remove();
      await appliance.close();
      await dhcp?.end();
      network.remove();
      prepareRackData();
    },
  };
}

function keepConsole(machine: RackMachine): void {
  const folder = join(ROOT, 'e2e/artefacts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `install-${machine.mac.slice(-2)}.console.txt`), machine.console());
}

function plainDhcpServer(host: TestHost): TestProcess {
  const range = '--dhcp-range=10.99.0.100,10.99.0.150,10m';
  const quiet = ['--no-daemon', '--conf-file=/dev/null', '--dhcp-leasefile=/dev/null', '--port=0'];
  return startProcess('dnsmasq', [...quiet, '--interface=eth0', range], { host });
}

/** The provisioning API by its socket, which needs no network: cheap enough to ask often. */
async function askPxe<T>(method: 'GET' | 'POST', path: string): Promise<T> {
  const socketPath = join(RACK_DATA, 'pxe.sock');
  const request = httpRequest({ socketPath, method, agent: false, path: `/api/pxe/${path}` }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${body}`);
  return JSON.parse(body) as T;
}
