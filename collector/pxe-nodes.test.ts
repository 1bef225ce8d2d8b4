import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { openLog } from '../base/log.ts';
import type { NodeState } from '../wire/pxe.ts';
import { PxeNodes } from './pxe-nodes.ts';

const DEADLINE_MS = 5000;
const LOOK_MS = 2000;

async function until(condition: () => boolean): Promise<void> {
  const endMs = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > endMs) assert.fail(`not in ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('alerts of a host are held from its approval until its metrics have arrived', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-nodes-'));
  const socket = join(folder, 'pxe.sock');
  let state: NodeState | 'broken' = 'up';
  let asked = 0;
  const pxe = createServer((_request, response) => {
    asked += 1;
    if (state === 'broken') response.writeHead(500);
    response.end(JSON.stringify({ nodes: [{ name: 'N042', state, changedMs: 5 }] }));
  });
  await new Promise<void>((resolve) => {
    pxe.listen(socket, resolve);
  });
  const clock = new ManualClock();
  const nodes = new PxeNodes({ socket, clock, log: openLog('test', 'error') });
  const lookAt = async (next: typeof state) => {
    state = next;
    const before = asked;
    await until(() => {
      clock.advance(LOOK_MS);
      return asked > before;
    });
  };
  try {
    await lookAt('up');
    assert.equal(nodes.holdReason('n042'), undefined);
    await lookAt('installing');
    await until(() => nodes.holdReason('n042') === 'provisioning: installing');
    assert.equal(nodes.holdReason('n043'), undefined);
    assert.deepEqual(nodes.runningInstalls(), [{ node: 'N042', heardMs: 5 }]);
    await lookAt('broken');
    await lookAt('broken');
    assert.equal(nodes.holdReason('n042'), 'provisioning: installing');
    await lookAt('failed');
    await until(() => nodes.holdReason('n042') === undefined);
    assert.deepEqual(nodes.runningInstalls(), []);
  } finally {
    nodes.close();
    pxe.close();
    rmSync(folder, { recursive: true });
  }
});

test('nobody is held where there is no provisioning', () => {
  const nodes = new PxeNodes({
    socket: '/nonexistent/pxe.sock',
    clock: new ManualClock(),
    log: openLog('test', 'error'),
  });
  assert.equal(nodes.holdReason('n042'), undefined);
  nodes.close();
});
