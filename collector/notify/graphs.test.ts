import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { openLog } from '../../base/log.ts';
import type { Alert } from './alert.ts';
import { type AlertGraph, drawGraphs, type GraphSource } from './graphs.ts';
import type { Notification } from './payload.ts';

const NOW_MS = Date.parse('2026-11-21T10:00:00Z');
const quiet = openLog('test', 'error', () => {});

function alertOf(host: string, endsAtMs?: number): Alert {
  return {
    labels: { alertname: 'Load', host },
    annotations: {},
    startsAtMs: 0,
    endsAtMs,
    generatorUrl: '',
  };
}

function notificationOf(...alerts: readonly Alert[]): Notification {
  return { receiver: 'r', groupKey: 'g', groupLabels: {}, alerts, timeMs: NOW_MS, externalUrl: '' };
}

function graphOf({ labels }: Alert): AlertGraph {
  const title = labels['host'] ?? '';
  return { png: Buffer.of(), width: 1, height: 1, title, caption: '', lines: [] };
}

/** Titles of the graphs that a source gives until two seconds have passed. */
async function titles(source: GraphSource, ...alerts: readonly Alert[]): Promise<string[]> {
  const clock = new ManualClock(NOW_MS);
  const graphs = drawGraphs(notificationOf(...alerts), { source, clock, log: quiet });
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(2000);
  return (await graphs).map(({ title }) => title);
}

const atOnce: GraphSource = { graphOf: async (alert) => graphOf(alert) };
/** Never answers for n009. */
const slow: GraphSource = {
  graphOf: (alert) =>
    alert.labels['host'] === 'n009' ? new Promise(() => {}) : atOnce.graphOf(alert, 0, NEVER),
};
const failing: GraphSource = {
  graphOf: async (alert) => {
    if (alert.labels['host'] === 'n009') throw new Error('query failed');
    return graphOf(alert);
  },
};
const NEVER = new AbortController().signal;
const HOSTS = ['n001', 'n002', 'n003', 'n004', 'n005'] as const;

test('alerts that fire have graphs, four at most', async () => {
  const alerts = [alertOf('n000', NOW_MS - 1), ...HOSTS.map((host) => alertOf(host))];
  assert.deepEqual(await titles(atOnce, ...alerts), ['n001', 'n002', 'n003', 'n004']);
});

test('after two seconds a mail goes with the graphs that are there', async () => {
  const alerts = ['n001', 'n009', 'n002'].map((host) => alertOf(host));
  assert.deepEqual(await titles(slow, ...alerts), ['n001']);
});

test('a graph that nobody waits for any more is told so', async () => {
  let wanted: AbortSignal | undefined;
  const source: GraphSource = {
    graphOf: (_alert, _endMs, signal) => {
      wanted = signal;
      return new Promise(() => {});
    },
  };
  await titles(source, alertOf('n009'));
  assert.equal(wanted?.aborted, true);
});

test('a graph that fails is left out', async () => {
  const alerts = ['n009', 'n001'].map((host) => alertOf(host));
  assert.deepEqual(await titles(failing, ...alerts), ['n001']);
});
