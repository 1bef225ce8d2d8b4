/** Disks that are full: a machine's, on which an image does not fit, and the appliance's, which then decides nothing. Needs root. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hashArchive } from '../pxe/image/archive.ts';
import { CHUNK_BYTES, type Manifest } from '../pxe/image/manifest.ts';
import { extractImage } from '../pxe/installer/extract.ts';
import type { NodeEvent, PxeNode } from '../wire/pxe.ts';
import { CLUSTERMON } from './harness/appliance.ts';
import { makeNetwork, type TestHost, type TestNetwork } from './harness/network.ts';
import { startProcess, type TestProcess, waitFor } from './harness/process.ts';
import { buildRackImage, prepareRackData, RACK_DATA, RACK_SPACE } from './harness/rack.ts';

const MAC = '52:54:00:aa:00:09';
const folder = mkdtempSync(join(tmpdir(), 'clustermon-full-'));
const mounts: string[] = [];

before(() => {
  prepareRackData();
  buildRackImage();
});
after(() => {
  for (const path of mounts.toReversed()) execFileSync('umount', [path]);
  rmSync(folder, { recursive: true });
});

function mount(...args: readonly string[]): string {
  const path = args.at(-1) ?? '';
  mkdirSync(path, { recursive: true });
  execFileSync('mount', args);
  mounts.push(path);
  return path;
}

function smallDisk(path: string, size: string): string {
  return mount('-t', 'tmpfs', '-o', `size=${size}`, 'none', path);
}

/** An image with 10 MB in `usr`. */
async function makeImage(): Promise<{ archive: string; manifest: Manifest }> {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'usr'), { recursive: true });
  writeFileSync(join(root, 'usr/file'), Buffer.alloc(10_000_000, 'x'));
  const archive = join(folder, 'data.tar.zst');
  execFileSync('sh', ['-c', 'tar -c -C "$1" . | zstd -q -f -o "$2"', 'pack', root, archive]);
  const of = {
    id: 'image-1',
    suite: '',
    architecture: 'amd64',
    classes: [],
    packages: 0,
    builtMs: 0,
  } as const;
  const sizes = { contentBytes: 10_000_000, chunkBytes: CHUNK_BYTES };
  return { archive, manifest: { ...of, ...sizes, ...(await hashArchive(archive)) } };
}

test('an image that is larger than the machine’s file systems is refused before it is unpacked', async () => {
  const { archive, manifest } = await makeImage();
  const target = smallDisk(join(folder, 'small'), '8m');
  const source = {
    imageFrom: async (_id: string, start: number) => createReadStream(archive, { start }),
  };
  await assert.rejects(
    extractImage(source, manifest, target, () => {}),
    { code: 'target-full', message: 'image-1 has 9 MiB, and the new file systems only 8 MiB' },
  );
  assert.deepEqual(readdirSync(target), []);
});

test('an image that does not fit as the layout divides the disk is refused with the file that it ends at', async () => {
  const { archive, manifest } = await makeImage();
  const target = smallDisk(join(folder, 'divided'), '64m');
  smallDisk(join(target, 'usr'), '4m');
  const source = {
    imageFrom: async (_id: string, start: number) => createReadStream(archive, { start }),
  };
  await assert.rejects(
    extractImage(source, manifest, target, () => {}),
    { code: 'target-full', message: /no space is left for \.\/usr\/file/ },
  );
});

test('an appliance with a full disk approves nothing, builds nothing, and says so; with room again it goes on', async () => {
  const data = smallDisk(join(folder, 'data'), '48m');
  for (const name of ['toolbox', 'bases']) {
    mount('--bind', join(RACK_DATA, name), join(data, name));
  }
  const network = makeNetwork(1);
  const [host] = network.hosts as [TestHost];
  const daemon = startProvisioning(host, data);
  try {
    await waitFor('provisioning to answer', () => existsSync(join(data, 'pxe.sock')), 60_000);
    const machine = pretendMachine(host, data);
    machine.boot();
    writeUntilFull(join(data, 'filler'));
    assert.match(machine.act('approve'), /"code":"disk-full"/);
    assert.equal(machine.node().state, 'discovered', 'what could not be written was not decided');
    rmSync(join(data, 'filler'));
    machine.act('approve');
    assert.equal(machine.node().state, 'approved');
    const failure = await waitFor(
      'the build to fail',
      () => {
        machine.askForOrder();
        return machine.events().find(({ kind }) => kind === 'image-failed');
      },
      120_000,
    );
    assert.match(failure.text, /No space left on device/);
    assert.equal(machine.node().state, 'approved', 'the machine waits');
    assert.deepEqual(readdirSync(join(data, 'images')), [], 'nothing half built is left');
  } finally {
    await closeAll(daemon, network);
  }
});

function startProvisioning(host: TestHost, data: string): TestProcess {
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `pxe: {interfaces: [eth0], mode: off, space: ${RACK_SPACE}, routerAdvertisements: false}\n`,
  );
  return startProcess(CLUSTERMON, ['--config', config, '--data', data, 'pxe'], { host });
}

async function closeAll(daemon: TestProcess, network: TestNetwork): Promise<void> {
  await daemon.end();
  network.remove();
}

/** Says what an installer says. */
function pretendMachine(host: TestHost, data: string) {
  const boot = `http://${host.address}:8642/installer`;
  const post = (path: string, body: object) =>
    host.run('curl', '-sS', '--json', JSON.stringify({ mac: MAC, ...body }), `${boot}/${path}`);
  const api = (method: string, path: string) => {
    const socket = ['--unix-socket', join(data, 'pxe.sock')];
    return host.run('curl', '-sS', '-X', method, ...socket, `http://x/api/pxe/nodes/${path}`);
  };
  let version = '';
  return {
    boot() {
      const disks = [{ name: 'vda', sizeBytes: 1024 ** 3 }];
      const hello = JSON.parse(post('hello', { hardware: { disks } })) as { version: string };
      version = hello.version;
      post('classes', { classes: ['DEFAULT', 'BASE', 'LAST'] });
    },
    askForOrder: () => host.run('curl', '-sS', `${boot}/order?mac=${MAC}&version=${version}`),
    act: (action: string) => api('POST', `${MAC}/${action}`),
    node: () => JSON.parse(api('GET', MAC)) as PxeNode,
    events: () => (JSON.parse(api('GET', `${MAC}/events`)) as { events: NodeEvent[] }).events,
  };
}

function writeUntilFull(path: string): void {
  // dd ends with an error when there is no more room: that is what is wanted.
  execFileSync('sh', ['-c', `dd if=/dev/zero of="$1" bs=4k 2>&1 || true`, 'fill', path], {
    stdio: 'ignore',
  });
}
