import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { type Mac, parseMac } from '../../wire/address.ts';
import type { HostState, HostSummary } from '../../wire/http.ts';
import { applyHosts } from './host-watch.ts';
import { Registry } from './registry.ts';
import { NodeStore, REGISTRY_MIGRATIONS } from './store.ts';

const ANNE = { who: 'anne', from: 'local' };
const ID = 'a'.repeat(32);

function installedNode() {
  const db = openDatabase(':memory:', { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
  const clock = new ManualClock(10_000);
  const registry = new Registry(new NodeStore(db), clock);
  let node = registry.add({ macs: [parseMac('52:54:00:aa:00:01') as Mac], name: 'n001' }, ANNE);
  node = registry.act(node, 'approve', ANNE);
  node = registry.act(node, 'task-begun', ANNE);
  registry.act(node, 'install-finished', ANNE);
  const state = () => registry.byName('n001')?.state;
  return { registry, clock, state };
}

const host = (state: HostState, lastSeenMs: number, id = ID): HostSummary =>
  ({ id, name: 'n001', state, lastSeenMs }) as HostSummary;

test('an installation is done when the node’s own metrics arrive', () => {
  const { registry, state } = installedNode();
  applyHosts(registry, [host('up', 9_000)]);
  assert.equal(state(), 'installed', 'metrics from before the installation do not count');
  applyHosts(registry, [host('up', 11_000)]);
  assert.equal(state(), 'up');
  assert.equal(registry.byName('n001')?.agentId, ID);
  assert.equal(registry.byName('n001')?.installedMs, 10_000);
});

test('an installed node follows its host down, stopped and up', () => {
  const { registry, state } = installedNode();
  applyHosts(registry, [host('up', 11_000)]);
  for (const next of ['down', 'stopped', 'up'] as const) {
    applyHosts(registry, [host(next, 11_000)]);
    assert.equal(state(), next);
  }
});

test('a node that is tied to its agent is no other host of that name', () => {
  const { registry, state } = installedNode();
  const node = registry.byName('n001');
  assert.ok(node);
  registry.tieToHost(node, ID);
  applyHosts(registry, [host('up', 11_000, 'b'.repeat(32))]);
  assert.equal(state(), 'installed');
});
