import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { agentIdOf } from '../../base/agent-id.ts';
import type { Clock } from '../../base/clock.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { type Mac, parseMac } from '../../wire/address.ts';
import type { ImageState } from '../image/shelf.ts';
import { Registry } from '../inventory/registry.ts';
import { NodeStore, REGISTRY_MIGRATIONS } from '../inventory/store.ts';
import { INSTALL_MIGRATIONS, InstallStore } from './install-store.ts';
import { InstalledStore } from './installed-store.ts';
import { NodeLog } from './node-log.ts';
import { type Order, TICKET_MS, type TicketHolder } from './protocol.ts';
import { InstallService } from './service.ts';
import { loadSigningKey, openSigned, type SigningKey } from './signature.ts';

const MAC = '52:54:00:aa:00:01';
const OTHER = parseMac('52:54:00:aa:00:02') as Mac;
const UUID = '00000000-0000-4000-8000-000000000001';
const DISK = { name: 'sda', sizeBytes: 1024 ** 3, serial: 'S1' };
const HELLO = { mac: MAC, uuid: UUID, hardware: { disks: [DISK] } };
const PERSON = { who: 'test', from: 'test' };

let folder: string;
let nowMs: number;
let image: ImageState;
let spaceSha256: string;
let version: string;
let registry: Registry;
let installed: InstalledStore;
let service: InstallService;
let key: SigningKey;
let close: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clustermon-service-'));
  nowMs = 1_800_000_000_000;
  image = { state: 'ready', id: 'image-1' };
  spaceSha256 = 'space-hash';
  const clock: Clock = { nowMs: () => nowMs, after: () => () => {} } as unknown as Clock;
  const nodes = openDatabase(join(folder, 'pxe.db'), {
    migrations: REGISTRY_MIGRATIONS,
    synchronous: 'FULL',
  });
  const installs = openDatabase(join(folder, 'installs.db'), {
    migrations: INSTALL_MIGRATIONS,
    synchronous: 'FULL',
  });
  registry = new Registry(new NodeStore(nodes), clock);
  installed = new InstalledStore(installs);
  key = loadSigningKey(join(folder, 'key.pem'));
  service = new InstallService({
    registry,
    store: new InstallStore(installs),
    installed,
    space: { current: async () => spaceSha256, bytes: (name) => Buffer.from(`tar of ${name}`) },
    images: { provide: async () => image },
    key,
    log: new NodeLog(join(folder, 'logs')),
    neighbourAt: (address) => (address === '10.0.0.2' ? OTHER : undefined),
    secretsFor: (_node, agentId) => ({ files: [{ path: agentId, mode: '', content: '' }] }),
    clock,
  });
  close = () => {
    registry.close();
    nodes.close();
    installs.close();
  };
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});

const node = () => {
  const found = registry.byMac(parseMac(MAC) as NonNullable<ReturnType<typeof parseMac>>);
  assert.ok(found);
  return found;
};

async function helloAndClasses(): Promise<void> {
  ({ version } = await service.hello(HELLO));
  service.classes({ mac: MAC, classes: ['DEFAULT', 'WEB', 'LAST'] });
}

async function approvedOrder(): Promise<Order> {
  await helloAndClasses();
  registry.act(node(), 'approve', PERSON);
  const answer = await service.order(MAC, version);
  assert.equal(answer.state, 'install');
  return openSigned<Order>(
    answer.state === 'install' ? answer.order : (null as never),
    key.publicKey,
  );
}

test('an unknown machine is discovered with its hardware, and waits', async () => {
  await helloAndClasses();
  assert.equal(node().state, 'discovered');
  assert.deepEqual(node().hardware?.disks, [DISK]);
  const answer = await service.order(MAC, version);
  assert.equal(answer.state === 'wait' && answer.why, 'waits for approval');
});

test('an order names machine, classes, space, image and the disks as they were approved', async () => {
  const order = await approvedOrder();
  const { ticket, machineId, ...rest } = order;
  assert.ok(ticket.length >= 43);
  assert.match(machineId, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  assert.deepEqual(rest, {
    node: node().name,
    mac: MAC,
    uuid: UUID,
    classes: ['DEFAULT', 'WEB', 'LAST'],
    spaceSha256: 'space-hash',
    imageId: 'image-1',
    disks: [DISK],
    expiresMs: nowMs + TICKET_MS,
    nowMs,
  });
});

test('disks that change after the approval do not change what was approved', async () => {
  await approvedOrder();
  await service.hello({ ...HELLO, hardware: { disks: [{ ...DISK, serial: 'S2' }] } });
  const answer = await service.order(MAC, version);
  assert.ok(answer.state === 'install');
  assert.deepEqual(openSigned<Order>(answer.order, key.publicKey).disks, [DISK]);
});

test('a machine that is approved before anybody saw it is taken as it first comes', async () => {
  const mac = parseMac(MAC) as NonNullable<ReturnType<typeof parseMac>>;
  registry.act(registry.add({ macs: [mac] }, PERSON), 'approve', PERSON);
  await helloAndClasses();
  const answer = await service.order(MAC, version);
  assert.ok(answer.state === 'install');
  assert.deepEqual(openSigned<Order>(answer.order, key.publicKey).disks, [DISK]);
});

for (const [state, why] of [
  [{ state: 'building', step: 'instsoft', percent: 40 }, 'image: instsoft, 40 %'],
  [{ state: 'failed', reason: 'no mirror' }, 'the image cannot be built: no mirror'],
] as const) {
  test(`waits while the image is ${state.state}`, async () => {
    image = state;
    await helloAndClasses();
    registry.act(node(), 'approve', PERSON);
    const answer = await service.order(MAC, version);
    assert.equal(answer.state === 'wait' && answer.why, why);
  });
}

const timeline = (kind: string) =>
  registry.events(node()).flatMap((event) => (event.kind === kind ? event.text : []));

test('a node that is installed again keeps its machine id', async () => {
  const first = await approvedOrder();
  service.report({ mac: MAC, task: 'savelog', event: 'begin' });
  service.done({ mac: MAC, uuid: UUID, ticket: first.ticket });
  registry.act(node(), 'install', PERSON);
  const second = await service.order(MAC, version);
  assert.ok(second.state === 'install');
  const { machineId } = openSigned<Order>(second.order, key.publicKey);
  assert.equal(machineId, first.machineId);
});

const CHANGES: readonly { readonly name: string; readonly change: () => void }[] = [
  { name: 'its classes', change: () => registry.assign(node(), { classes: ['DB'] }, PERSON) },
  { name: 'its name', change: () => registry.assign(node(), { name: 'n001' }, PERSON) },
  { name: 'the config space', change: () => (spaceSha256 = 'other') },
];
for (const { name, change } of CHANGES) {
  test(`a machine starts over when ${name} changed while it waited`, async () => {
    await helloAndClasses();
    change();
    registry.act(node(), 'approve', PERSON);
    assert.equal((await service.order(MAC, version)).state, 'again');
    await helloAndClasses();
    assert.equal((await service.order(MAC, version)).state, 'install');
  });
}

test('an image that cannot be built is on the timeline, once', async () => {
  image = { state: 'failed', reason: 'no mirror' };
  await helloAndClasses();
  registry.act(node(), 'approve', PERSON);
  await service.order(MAC, version);
  await service.order(MAC, version);
  assert.deepEqual(timeline('image-failed'), ['no mirror']);
});

test('secrets are given once', async () => {
  const { ticket } = await approvedOrder();
  const request = { ticket, mac: MAC, uuid: UUID };
  service.secrets(request);
  assert.throws(() => service.secrets(request), { code: 'ticket-used' });
  assert.match(timeline('ticket-refused')[0] ?? '', /^ticket-used: /);
});

test('a ticket is good for the key of one agent: that of the machine id in its order', async () => {
  const { ticket, machineId } = await approvedOrder();
  const agentId = agentIdOf(Buffer.from(machineId, 'hex')).toString('hex');
  const other = { ticket, mac: MAC, uuid: UUID, agentId: 'a'.repeat(32) };
  assert.equal(service.secrets(other).files[0]?.path, agentId);
  assert.equal(node().agentId, agentId);
});

for (const { name, spoil } of [
  { name: 'whose answer got lost', spoil: (request: TicketHolder) => service.secrets(request) },
  { name: 'that ran out', spoil: () => (nowMs += TICKET_MS + 1) },
]) {
  test(`the machine that holds a ticket ${name} makes it good again, and the timeline says so`, async () => {
    const { ticket } = await approvedOrder();
    const request = { ticket, mac: MAC, uuid: UUID };
    spoil(request);
    assert.throws(() => service.secrets(request));
    assert.throws(() => service.renewTicket({ ...request, ticket: 'x' }), { code: 'ticket-wrong' });
    service.renewTicket(request);
    assert.equal(service.secrets(request).files.length, 1);
    assert.equal(timeline('ticket-renewed').length, 1);
  });
}

const TICKET_CASES: readonly {
  name: string;
  change: () => Partial<TicketHolder> | { readonly uuid: undefined };
  before?: () => void;
  code: string;
}[] = [
  { name: 'a made-up ticket', change: () => ({ ticket: 'x' }), code: 'ticket-wrong' },
  {
    name: 'the ticket of another UUID',
    change: () => ({ uuid: UUID.replace('1', '2') }),
    code: 'ticket-wrong',
  },
  { name: 'who says no UUID', change: () => ({ uuid: undefined }), code: 'ticket-wrong' },
  {
    name: 'the ticket of another node',
    before: () => {
      registry.seen(OTHER);
    },
    change: () => ({ mac: OTHER }),
    code: 'ticket-wrong',
  },
  {
    name: 'an old ticket',
    before: () => (nowMs += TICKET_MS + 1),
    change: () => ({}),
    code: 'ticket-expired',
  },
  {
    name: 'a ticket of an installation that was cancelled',
    before: () => registry.act(node(), 'cancel', PERSON),
    change: () => ({}),
    code: 'ticket-wrong',
  },
];
for (const { name, change, before, code } of TICKET_CASES) {
  test(`no secrets for ${name}`, async () => {
    const { ticket } = await approvedOrder();
    before?.();
    const request = { ticket, mac: MAC, uuid: UUID };
    assert.throws(() => service.secrets({ ...request, ...change() } as TicketHolder), { code });
    assert.match(timeline('ticket-refused').at(-1) ?? '', RegExp(code));
    assert.equal(node().agentId, undefined);
  });
}

test('a new order takes the ticket of the one before away', async () => {
  const first = await approvedOrder();
  await service.order(MAC, version);
  const request = { ticket: first.ticket, mac: MAC, uuid: UUID };
  assert.throws(() => service.secrets(request), { code: 'ticket-wrong' });
});

test('a node speaks for itself alone', async () => {
  await helloAndClasses();
  service.requireOwn('10.0.0.2', MAC);
  registry.seen(OTHER);
  service.requireOwn('10.0.0.2', OTHER);
  service.requireOwn('10.0.0.1', MAC);
  assert.throws(() => service.requireOwn('10.0.0.2', MAC), { code: 'mac-foreign' });
  assert.match(timeline('mac-foreign')[0] ?? '', /^10\.0\.0\.2 is node-525400aa0002, not 52:54/);
});

test('reports move the node, and the last lines say why it failed', async () => {
  const { ticket } = await approvedOrder();
  service.report({ mac: MAC, task: 'partition', event: 'begin' });
  assert.equal(node().state, 'installing');
  assert.equal(node().progress?.task, 'partition');
  service.report({ mac: MAC, task: 'partition', event: 'progress', lines: ['looking', 'for sdb'] });
  const reason = 'task-failed: no such disk';
  service.report({ mac: MAC, task: 'partition', event: 'failed', reason });
  assert.equal(node().state, 'failed');
  assert.equal(node().failure, `partition: ${reason}\nlooking\nfor sdb`);
  assert.deepEqual(timeline('task-failed'), [`partition: ${reason}`]);
  assert.throws(() => service.done({ mac: MAC, uuid: UUID, ticket }), { code: 'ticket-wrong' });
  const answer = await service.order(MAC, version);
  assert.equal(answer.state, 'wait');
});

test('done with the right ticket is an installed node', async () => {
  const { ticket } = await approvedOrder();
  service.report({ mac: MAC, task: 'savelog', event: 'begin' });
  nowMs += TICKET_MS + 1;
  service.done({ mac: MAC, uuid: UUID, ticket });
  assert.equal(node().state, 'installed');
  assert.deepEqual(installed.installed(node().id), {
    assigned: [],
    classes: ['DEFAULT', 'WEB', 'LAST'],
    imageId: 'image-1',
    spaceSha256: 'space-hash',
    installedMs: nowMs,
  });
  assert.equal(installed.space('space-hash')?.toString(), 'tar of space-hash');
  service.done({ mac: MAC, uuid: UUID, ticket });
  assert.equal(node().state, 'installed', 'our answer may have been lost');
  assert.throws(() => service.done({ mac: MAC, uuid: UUID, ticket: 'x' }), {
    code: 'ticket-wrong',
  });
});

test('a log that cannot be written stops no installation', async () => {
  await approvedOrder();
  rmSync(join(folder, 'logs'), { recursive: true });
  service.report({ mac: MAC, task: 'partition', event: 'begin', lines: ['a line'] });
  assert.equal(node().state, 'installing');
  assert.match(timeline('log-lost')[0] ?? '', /ENOENT/);
});
