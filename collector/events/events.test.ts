import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventInfo } from '../../wire/http.ts';
import { FakeCluster, FakeHost } from '../http/testing/fake-cluster.ts';
import { openRegistry } from '../registry.ts';
import { EventStore } from './event-store.ts';
import { recordHostEvents } from './record-host-events.ts';

const START_S = 1_767_225_600;

function record(): { cluster: FakeCluster; events: string[] } {
  const cluster = new FakeCluster(START_S);
  const events: string[] = [];
  recordHostEvents(cluster, ({ host, kind }) => events.push(`${host} ${kind}`), START_S * 1000);
  return { cluster, events };
}

/** A host as the ingest thread tells of it. */
function hostOf(cluster: FakeCluster, name: string, firstSeenS: number): FakeHost {
  const host = new FakeHost(cluster, 1, name, {});
  host.firstSeenMs = firstSeenS * 1000;
  return host;
}

test('a host has joined when its name is known', () => {
  const { cluster, events } = record();
  const nameless = hostOf(cluster, 'n001', START_S);
  const named = hostOf(cluster, 'n001', START_S);
  Object.defineProperty(nameless, 'name', { value: nameless.id });
  cluster.tell({ kind: 'host-added', host: nameless });
  assert.deepEqual(events, []);
  cluster.tell({ kind: 'host-changed', host: named });
  cluster.tell({ kind: 'host-changed', host: named });
  assert.deepEqual(events, ['n001 joined']);
});

test('hosts that the collector knew before it started are no news', () => {
  const { cluster, events } = record();
  const host = hostOf(cluster, 'n001', START_S - 1);
  cluster.tell({ kind: 'host-added', host });
  cluster.tell({ kind: 'host-changed', host });
  assert.deepEqual(events, []);
});

test('a host that goes down, comes back, reports something and is forgotten', () => {
  const { cluster, events } = record();
  const host = hostOf(cluster, 'n001', 0);
  host.setState('down');
  cluster.tell({ kind: 'state', host, previous: 'up' });
  host.setState('up');
  cluster.tell({ kind: 'state', host, previous: 'down' });
  const event = { timeMs: 0, host: 'n001', kind: 'boot', text: '', labels: {} };
  cluster.tell({ kind: 'event', event });
  cluster.tell({ kind: 'host-removed', host });
  assert.deepEqual(events, ['n001 down', 'n001 up', 'n001 boot', 'n001 retired']);
});

test('events are kept over a restart, found by time and host, in order of time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-events-'));
  try {
    const event = (timeMs: number, host: string): EventInfo => {
      return { timeMs, host, kind: 'note', text: `at ${timeMs}`, labels: { by: 'alice' } };
    };
    const first = openRegistry(folder);
    const store = new EventStore(first);
    for (const one of [event(30, 'a'), event(10, ''), event(20, 'b'), event(40, 'a')]) {
      store.add(one);
    }
    store.flush();
    first.close();
    const registry = openRegistry(folder);
    const found = new EventStore(registry).inRange({ host: 'a', fromMs: 10, toMs: 30 });
    assert.deepEqual(found, [event(10, ''), event(30, 'a')]);
    registry.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
