import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { test } from 'node:test';
import { openLog } from '../base/log.ts';
import { openOutlet } from './outlet.ts';

/** Datagrams of the tests stay on this machine: a TTL of 0. */
const SETTINGS = { group: '239.2.11.72', port: 9, ttl: 0, targets: [] };
const LOOPBACK = os.networkInterfaces()['lo'] ?? [];

test('an interface that is not there is named with those that are, once, and taken when it comes', async (t) => {
  const machine: ReturnType<typeof os.networkInterfaces> = { lo: LOOPBACK };
  t.mock.method(os, 'networkInterfaces', () => machine);
  syncBuiltinESMExports();
  const lines: string[] = [];
  const log = openLog('agent', 'info', (line) => lines.push(line.slice(25)));
  const outlet = await openOutlet({ ...SETTINGS, interface: 'wg0' }, log);
  try {
    outlet.broadcast(Buffer.of(0));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^warn agent interface-missing interface=wg0 present=lo advice=/);
    machine['wg0'] = LOOPBACK;
    for (let i = 0; i < 2; i++) outlet.broadcast(Buffer.of(0));
    assert.deepEqual(lines.slice(1), ['info agent interface-found interface=wg0\n']);
  } finally {
    await outlet.close();
    t.mock.restoreAll();
    syncBuiltinESMExports();
  }
});

for (const name of ['lo', '127.0.0.1'])
  test(`nothing is said of ${name}, which is there`, async () => {
    const lines: string[] = [];
    const log = openLog('agent', 'info', (line) => lines.push(line));
    const outlet = await openOutlet({ ...SETTINGS, interface: name }, log);
    outlet.broadcast(Buffer.of(0));
    await outlet.close();
    assert.ok(!lines.join('').includes('interface-'));
  });
