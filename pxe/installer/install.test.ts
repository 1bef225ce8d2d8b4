/** The installer against the appliance's real HTTP side, which is killed, cut off, lied to and run out of space on the way. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { type Mac, parseMac } from '../../wire/address.ts';
import type { NodeState } from '../../wire/pxe.ts';
import { BootFiles } from '../boot/files.ts';
import { bootHttp } from '../boot/http.ts';
import { Machines } from '../boot/machines.ts';
import { hashArchive } from '../image/archive.ts';
import { CHUNK_BYTES, type Manifest } from '../image/manifest.ts';
import { SpaceArchive } from '../image/space-archive.ts';
import { ImageStore } from '../image/store.ts';
import { Registry } from '../inventory/registry.ts';
import { NodeStore, REGISTRY_MIGRATIONS } from '../inventory/store.ts';
import { Appliance } from './client.ts';
import { Installation } from './install.ts';
import { INSTALL_MIGRATIONS, InstallStore } from './install-store.ts';
import { InstalledStore } from './installed-store.ts';
import { NodeLog } from './node-log.ts';
import { addInstallerRoutes } from './routes.ts';
import { InstallService } from './service.ts';
import { loadSigningKey, type SigningKey } from './signature.ts';

const MAC = parseMac('52:54:00:aa:00:01') as Mac;
const UUID = '00000000-0000-4000-8000-000000000001';
const IMAGE = 'image-0123456789abcdef';
const PERSON = { who: 'test', from: 'test' };
const DISK = { name: 'sda', sizeBytes: 1024 ** 3, serial: 'S1' };
/** What a process that is killed has not written yet is lost: observations wait for this timer. */
const clock = { nowMs: () => Date.now(), after: () => () => {} } as unknown as Clock;

let folder: string;
let content: Buffer;
let images: ImageStore;
let key: SigningKey;
let port = 0;
let app: FastifyInstance;
let registry: Registry;
/** Part of a path: the appliance is killed once while it answers it. */
let killPoint: string | undefined;
/** What people do before it is started again. */
let whileDown: () => void;
const statesAfterKill: NodeState[] = [];
const opened: { close(): void }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clustermon-install-'));
  for (const name of ['space/class', 'target/etc'])
    mkdirSync(join(folder, name), { recursive: true });
  key = loadSigningKey(join(folder, 'key.pem'));
  images = new ImageStore(join(folder, 'images'), key.publicKey);
  await addImage();
  port = 0;
  killPoint = undefined;
  whileDown = () => {};
  await startAppliance();
});
afterEach(async () => {
  await app.close();
  for (const one of opened.splice(0)) one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Two and a half chunks that do not compress. */
async function addImage(): Promise<void> {
  content = randomBytes(2.5 * CHUNK_BYTES);
  const [root, built] = [join(folder, 'root'), join(folder, 'built')];
  for (const path of [root, built]) mkdirSync(path);
  writeFileSync(join(root, 'file'), content);
  const archive = join(built, 'data.tar.zst');
  execFileSync('sh', ['-c', `tar -c -C "$1" . | zstd -q -1 -o "$2"`, 'pack', root, archive]);
  const manifest: Manifest = {
    id: IMAGE,
    suite: 'bookworm',
    architecture: 'amd64',
    classes: [],
    contentBytes: content.length,
    chunkBytes: CHUNK_BYTES,
    packages: 0,
    builtMs: 0,
    ...(await hashArchive(archive)),
  };
  images.add(IMAGE, built, key.sign(manifest));
}

/** As the daemon is put together, on what is on disk. */
async function startAppliance(): Promise<void> {
  const nodes = openDatabase(join(folder, 'pxe.db'), {
    migrations: REGISTRY_MIGRATIONS,
    synchronous: 'FULL',
  });
  const installs = openDatabase(join(folder, 'installs.db'), {
    migrations: INSTALL_MIGRATIONS,
    synchronous: 'FULL',
  });
  opened.push(nodes, installs);
  registry = new Registry(new NodeStore(nodes), clock);
  const space = new SpaceArchive(join(folder, 'space'), clock);
  const service = new InstallService({
    registry,
    store: new InstallStore(installs),
    installed: new InstalledStore(installs),
    space,
    images: { provide: async () => ({ state: 'ready', id: IMAGE }) },
    key,
    log: new NodeLog(join(folder, 'logs')),
    neighbourAt: () => undefined,
    secretsFor: () => ({
      files: [
        { path: '/etc/agent.key', mode: '0600', content: Buffer.from('key').toString('base64') },
      ],
    }),
    clock,
  });
  app = bootHttp({
    files: new BootFiles(folder),
    machines: new Machines(() => new Map()),
    installerFor: () => ({ missing: '', advice: '' }),
    scriptFor: () => '',
    grubConfigFor: () => '',
    onEvent: () => {},
  });
  app.addHook('onRequest', async ({ url, raw }) => {
    // Of an image, some has gone out by then.
    if (isKillPoint(url) && url.endsWith('/data'))
      raw.socket.once('drain', () => void killAppliance());
  });
  app.addHook('onSend', async ({ url, raw }, _reply, payload) => {
    if (isKillPoint(url)) {
      raw.socket.destroy();
      void killAppliance();
    }
    return payload;
  });
  const agentPackage = () => Promise.reject(new Error('not in this test'));
  addInstallerRoutes(app, { service, space, images, agentPackage });
  await app.listen({ host: '127.0.0.1', port });
  port = Number(new URL(app.listeningOrigin).port);
}

function isKillPoint(url: string): boolean {
  return killPoint !== undefined && url.includes(killPoint);
}

/** As `kill -9`: connections break, nothing is flushed, and what comes next finds only what is on disk. */
async function killAppliance(): Promise<void> {
  killPoint = undefined;
  await app.close();
  whileDown();
  await startAppliance();
  statesAfterKill.push(node().state);
}

function installation(say: (line: string) => void = () => {}): Installation {
  const server = `http://127.0.0.1:${port}`;
  const machine = { server, mac: MAC, uuid: UUID, hardware: { disks: [DISK] } };
  const classesFile = join(folder, 'FAI_CLASSES');
  writeFileSync(join(folder, 'run-fai'), runFai(classesFile), { mode: 0o755 });
  return new Installation(
    new Appliance({ server, publicKey: key.publicKey, retryMs: 20 }),
    machine,
    say,
    {
      runFai: join(folder, 'run-fai'),
      space: join(folder, 'machine-space'),
      target: join(folder, 'target'),
      classesFile,
      disksFile: join(folder, 'disklist'),
      setClock: () => {},
    },
  );
}

/** In place of run-fai: the same questions in the same order, on a folder in place of disks. */
const runFai = (classesFile: string) => `#!/bin/sh
echo "DEFAULT $ADDCLASSES LAST" >${classesFile}
ask() {
    echo "ASK $1" >&3
    read -r answer <&4
    [ "$answer" = yes ] || exit 1
}
for task in confdir extrbase secrets; do
    echo "TASKBEGIN $task" >&3
    case $task in confdir) ask approval ;; extrbase) ask extract ;; secrets) ask secrets ;; esac
    echo "TASKEND $task 0" >&3
done
`;

function approve(): void {
  registry.act(registry.add({ macs: [MAC], name: 'n001' }, PERSON), 'approve', PERSON);
}

function node() {
  const found = registry.byMac(MAC);
  assert.ok(found);
  return found;
}

const timeline = (kind: string) =>
  registry.events(node()).flatMap((event) => (event.kind === kind ? event.text : []));

function assertInstalled(): void {
  assert.equal(node().state, 'installed', node().failure);
  assert.ok(readFileSync(join(folder, 'target/file')).equals(content));
  assert.equal(readFileSync(join(folder, 'target/etc/agent.key'), 'utf8'), 'key');
}

test('a machine that says more than 256 KiB of itself is refused', async () => {
  const payload = { mac: MAC, uuid: UUID, hardware: { disks: [], noise: 'x'.repeat(256 * 1024) } };
  const answer = await app.inject({ method: 'POST', url: '/installer/hello', payload });
  assert.equal(answer.statusCode, 413);
  assert.equal(registry.byMac(MAC), undefined);
});

test('an approved machine is installed', async () => {
  approve();
  assert.equal(await installation().run(), true);
  assertInstalled();
});

/** What the machine asks for, and the states in which the appliance may find the node after a kill at that point. */
const KILL_POINTS: readonly (readonly [string, readonly NodeState[]])[] = [
  ['hello', ['approved']],
  ['space', ['approved']],
  ['classes', ['approved']],
  ['order', ['approved', 'installing']],
  ['manifest', ['approved', 'installing']],
  ['data', ['approved', 'installing']],
  ['secrets', ['approved', 'installing']],
  ['done', ['installed']],
];
for (const [path, states] of KILL_POINTS) {
  test(`the appliance is killed while it answers ${path}: the machine waits, and goes on`, async () => {
    approve();
    killPoint = path;
    statesAfterKill.length = 0;
    assert.equal(await installation().run(), true);
    assertInstalled();
    const [found, ...more] = statesAfterKill;
    assert.deepEqual(more, [], 'killed once');
    assert.ok(found !== undefined && states.includes(found), found);
    assert.equal(timeline('ticket-renewed').length, path === 'secrets' ? 1 : 0);
  });
}

test('a config space that changed while the appliance was away is fetched anew', async () => {
  approve();
  killPoint = 'space';
  whileDown = () => writeFileSync(join(folder, 'space/class/new'), '');
  assert.equal(await installation().run(), true);
  assertInstalled();
  assert.equal(timeline('installer').length, 2, 'it says hello again');
});

test('a machine that waits in RAM takes over what was decided meanwhile, and starts over', async () => {
  const said: string[] = [];
  const done = installation((line) => {
    said.push(line);
    if (line !== 'waits for approval') return;
    registry.assign(node(), { classes: ['WEB'] }, PERSON);
    registry.act(node(), 'approve', PERSON);
  }).run();
  assert.equal(await done, true);
  assertInstalled();
  assert.deepEqual(timeline('classes'), ['DEFAULT LAST', 'DEFAULT WEB LAST']);
});

test('a tampered image: one byte is enough', async () => {
  approve();
  const archive = images.archive(IMAGE);
  const bytes = readFileSync(archive);
  bytes[CHUNK_BYTES + 7] = (bytes[CHUNK_BYTES + 7] ?? 0) ^ 1;
  writeFileSync(archive, bytes);
  await assertFails(/^extrbase: image-tampered: chunk 1 of image-\w+ has another hash$/);
});

test('an order that somebody else has signed', async () => {
  approve();
  key = loadSigningKey(join(folder, 'other.pem'));
  await assertFails(/^confdir: signature: /);
});

test('disks that are not those that were approved', async () => {
  registry.foundHardware(registry.add({ macs: [MAC], name: 'n001' }, PERSON), {
    disks: [{ ...DISK, serial: 'S2' }],
  });
  registry.act(node(), 'approve', PERSON);
  await assertFails(/^confdir: disks-differ: .*sda is missing or another one/);
});

/** Nothing of the image is in use, and nothing starts again by itself. */
async function assertFails(reason: RegExp): Promise<void> {
  assert.equal(await installation().run(), false);
  assert.match(timeline('task-failed')[0] ?? '', reason);
  assert.equal(node().state, 'failed');
  assert.match(
    node().failure ?? '',
    reason.source.startsWith('^') ? new RegExp(reason.source.replace(/\$$/, ''), 'm') : reason,
  );
  assert.throws(() => readFileSync(join(folder, 'target/etc/agent.key')), { code: 'ENOENT' });
}
