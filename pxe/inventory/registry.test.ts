import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { type Mac, parseMac } from '../../wire/address.ts';
import { type NodePolicy, Registry } from './registry.ts';
import { EVENTS_PER_MAC_MAX, MACHINE_STEPS_MAX, NodeStore, REGISTRY_MIGRATIONS } from './store.ts';

const ANNE = { who: 'anne', from: '192.0.2.1' };
const MAC = parseMac('52:54:00:aa:00:01') as Mac;
const OTHER = parseMac('52:54:00:aa:00:02') as Mac;

function open(file: string, policy?: NodePolicy) {
  const db = openDatabase(file, { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
  const clock = new ManualClock(1000);
  const registry = new Registry(new NodeStore(db), clock, policy);
  return {
    registry,
    clock,
    close: () => {
      registry.close();
      db.close();
    },
  };
}

function withFile(run: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-registry-'));
  try {
    run(join(folder, 'pxe.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the first contact makes a node, the next finds it', () => {
  const { registry, close } = open(':memory:');
  const node = registry.seen(MAC, { uuid: 'u-1' });
  assert.equal(node?.state, 'discovered');
  assert.equal(node?.name, 'node-525400aa0001');
  assert.equal(registry.seen(MAC)?.id, node?.id);
  assert.equal(registry.seen(MAC, { uuid: 'u-2' })?.uuid, 'u-2');
  assert.equal(registry.seen(MAC, { architecture: 'arm64' })?.architecture, 'arm64');
  assert.equal(registry.seen(MAC)?.uuid, 'u-2', 'what is not said stays');
  assert.equal(registry.list().length, 1);
  close();
});

test('nodes, events and audit are there after a restart', () =>
  withFile((file) => {
    const first = open(file);
    const node = first.registry.seen(MAC);
    assert.ok(node);
    first.registry.assign(node, { name: 'n001', classes: ['WEB'] }, ANNE);
    first.registry.act(node, 'approve', ANNE);
    first.close();
    const second = open(file);
    const found = second.registry.byMac(MAC);
    assert.equal(found?.name, 'n001');
    assert.equal(found?.state, 'approved');
    assert.deepEqual(
      second.registry.audit().map(({ who, from, action }) => [who, from, action]),
      [
        ['anne', '192.0.2.1', 'approve'],
        ['anne', '192.0.2.1', 'assign'],
        ['appliance', 'local', 'discover'],
      ],
    );
    assert.equal(second.registry.events({ macs: [MAC] })[0]?.text, 'discovered → approved');
    assert.match(found?.lastContact?.what ?? '', /^state: /);
    second.close();
  }));

test('a failed installation keeps its reason until the node is armed again', () => {
  const { registry, close } = open(':memory:');
  let node = registry.add({ macs: [MAC], name: 'n001' }, ANNE);
  node = registry.act(node, 'approve', ANNE);
  node = registry.progress(node, { task: 'partition', index: 3, count: 12, percent: 40 });
  assert.equal(node.state, 'installing');
  assert.equal(node.progress?.task, 'partition');
  node = registry.reported(node, 'install-failed', ANNE, 'partition: disk too small');
  assert.equal(node.failure, 'partition: disk too small');
  assert.equal(node.progress, undefined);
  // A late report of the installer that has failed does not revive it.
  node = registry.progress(node, { task: 'partition', index: 3, count: 12, percent: 50 });
  assert.equal(node.state, 'failed');
  assert.equal(registry.act(node, 'install', ANNE).failure, undefined);
  close();
});

const refusals: [string, Parameters<Registry['assign']>[1], string][] = [
  ['a name that is taken', { name: 'N002' }, 'node-exists'],
  ['a name with a slash', { name: 'a/b' }, 'node-name'],
  ['a class with a space', { classes: ['A B'] }, 'node-class'],
  ['an address that is reserved', { address: '10.0.0.2' }, 'node-address-taken'],
  ['a unit above 100', { unit: 101 }, 'node-unit'],
];
for (const [what, assignment, code] of refusals) {
  test(`assign refuses ${what}`, () => {
    const { registry, close } = open(':memory:');
    const node = registry.add({ macs: [MAC], name: 'n001' }, ANNE);
    registry.add({ macs: [OTHER], name: 'n002', address: '10.0.0.2' }, ANNE);
    assert.throws(() => registry.assign(node, assignment, ANNE), { code });
    assert.deepEqual(registry.byName('n001'), node);
    close();
  });
}

test('an address belongs to one node', () => {
  const { registry, close } = open(':memory:');
  registry.add({ macs: [MAC] }, ANNE);
  assert.throws(() => registry.add({ macs: [OTHER, MAC] }, ANNE), { code: 'node-exists' });
  close();
});

test('a rule may name and approve a machine by its hardware', () => {
  const { registry, close } = open(':memory:', (node) =>
    node.hardware?.serial === 'S1' ? { name: 'n001', classes: ['WEB'], approve: true } : {},
  );
  const node = registry.seen(MAC);
  assert.ok(node);
  assert.equal(node.state, 'discovered');
  const found = registry.foundHardware(node, { serial: 'S1' });
  assert.equal(found.name, 'n001');
  assert.equal(found.state, 'approved');
  assert.equal(registry.audit(found)[0]?.who, 'rule');
  close();
});

test('a machine that a rule names waits for no disk; one that it approves does', () => {
  const waits: boolean[] = [];
  class Watched extends NodeStore {
    override write(...[changes, how]: Parameters<NodeStore['write']>): void {
      waits.push(how?.isDecision ?? true);
      super.write(changes, how);
    }
  }
  const db = openDatabase(':memory:', { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
  const clock = new ManualClock(1000);
  const policy: NodePolicy = ({ macs }) =>
    macs[0] === MAC ? { name: 'n001', classes: ['WEB'] } : { approve: true };
  const registry = new Registry(new Watched(db), clock, policy);
  assert.equal(registry.seen(MAC)?.name, 'n001');
  assert.deepEqual(waits, []);
  clock.advance(1000);
  assert.deepEqual(waits, [false]);
  assert.equal(registry.seen(OTHER)?.state, 'approved');
  assert.deepEqual(waits, [false, true]);
  registry.close();
  db.close();
});

test('a rule that cannot hold leaves the node as it is, and says so on its timeline', () => {
  const { registry, close } = open(':memory:', () => ({ name: 'web1', classes: ['WEB'] }));
  assert.equal(registry.seen(MAC)?.name, 'web1');
  const second = registry.seen(OTHER);
  assert.equal(second?.name, 'node-525400aa0002');
  assert.equal(registry.foundHardware(second, { serial: 'S' }).hardware?.serial, 'S');
  const [event] = registry.events(second);
  assert.equal(event?.kind, 'rule-refused');
  assert.match(event.text, /there is a node web1 already/);
  close();
});

test('a report that changes nothing is neither an audited step nor an event', () => {
  const { registry, close } = open(':memory:');
  const node = registry.act(registry.add({ macs: [MAC] }, ANNE), 'approve', ANNE);
  for (let i = 0; i < 3; i += 1) registry.reported(node, 'script-given');
  const actions = registry.audit(node).map(({ action }) => action);
  assert.deepEqual(actions, ['script-given', 'approve', 'add']);
  assert.equal(registry.events(node).filter(({ kind }) => kind === 'state').length, 2);
  close();
});

test('steps of machines are bounded in the audit, what people decided stays', () => {
  const { registry, close } = open(':memory:');
  const node = registry.act(registry.add({ macs: [MAC] }, ANNE), 'approve', ANNE);
  const progress = { task: 'partition', index: 1, count: 2, percent: 0 };
  for (let i = 0; i <= MACHINE_STEPS_MAX; i += 1) {
    const booting = registry.reported(node, 'script-given');
    registry.progress(booting, progress);
  }
  const all = registry.audit(node, 10_000);
  assert.equal(all.length, MACHINE_STEPS_MAX + 2);
  assert.deepEqual(
    all.slice(-2).map(({ action, who }) => [action, who]),
    [
      ['approve', 'anne'],
      ['add', 'anne'],
    ],
  );
  close();
});

test('the timeline of a machine is bounded', () => {
  const { registry, clock, close } = open(':memory:');
  registry.seen(MAC);
  for (let i = 0; i < EVENTS_PER_MAC_MAX + 50; i += 1) registry.event(MAC, 'tftp', `block ${i}`);
  clock.advance(1000);
  const events = registry.events({ macs: [MAC] }, { limit: 10_000 });
  assert.equal(events.length, EVENTS_PER_MAC_MAX);
  assert.equal(events.at(-1)?.text, `block ${EVENTS_PER_MAC_MAX + 49}`);
  assert.deepEqual(registry.events({ macs: [MAC] }, { afterId: events.at(-2)?.id ?? 0 }), [
    events.at(-1),
  ]);
  close();
});

test('an approval and the disks that it is for are on disk together', () =>
  withFile((file) => {
    const first = open(file);
    const disk = { name: 'sda', sizeBytes: 1024, serial: 'S1' };
    const node = first.registry.seen(MAC);
    assert.ok(node);
    first.registry.foundHardware(node, { disks: [disk] });
    first.registry.act(node, 'approve', ANNE);
    // Opened beside it, as after a kill: nothing was flushed since.
    const second = open(file);
    assert.equal(second.registry.byMac(MAC)?.state, 'approved');
    assert.deepEqual(second.registry.byMac(MAC)?.approvedDisks, [disk]);
    second.close();
    first.close();
  }));

test('what was observed while the disk was full is written when it has room again', () => {
  const db = openDatabase(':memory:', { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
  const clock = new ManualClock(1000);
  const refusals: string[] = [];
  const registry = new Registry(new NodeStore(db), clock, undefined, (why) => refusals.push(why));
  const node = registry.add({ macs: [MAC], name: 'n001' }, ANNE);
  const maxPages = db.pragma('max_page_count', { simple: true });
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  for (let i = 0; i < 100; i += 1) registry.event(node, 'installer', 'x'.repeat(1000));
  clock.advance(1000);
  assert.match(refusals[0] ?? '', /full/);
  db.pragma(`max_page_count = ${maxPages}`);
  clock.advance(1000);
  assert.equal(registry.events(node).at(-1)?.kind, 'installer');
});
