import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultsOf } from '../base/config.ts';
import type { ApplianceStatus, ServerFile } from '../wire/http.ts';
import { TokenStore } from './access/token-store.ts';
import { type RunningCollector, startCollector } from './collector.ts';
import { openRegistry } from './registry.ts';
import { type CollectorSettings, collectorSettings } from './settings.ts';

async function inFolder(
  run: (
    start: (changes?: Partial<CollectorSettings>) => Promise<RunningCollector>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-collector-'));
  writeFileSync(join(folder, 'secret'), `${'5'.repeat(64)}\n`);
  const running: RunningCollector[] = [];
  const start = async (changes: Partial<CollectorSettings> = {}) => {
    const collector = await startCollector({
      ...defaultsOf(collectorSettings),
      data: folder,
      group: '',
      port: 0,
      webPort: 0,
      queryWorkers: 1,
      ...changes,
    });
    running.push(collector);
    return collector;
  };
  try {
    await run(start, folder);
  } finally {
    for (const collector of running) await collector.close();
    rmSync(folder, { recursive: true });
  }
}

test('programs on this machine find a running collector by its file, which goes when it ends', () =>
  inFolder(async (start, folder) => {
    const collector = await start();
    const file = join(folder, 'server.json');
    const { url, pid } = JSON.parse(readFileSync(file, 'utf8')) as ServerFile;
    assert.deepEqual([url, pid], [collector.url, process.pid]);
    const status = (await (await fetch(`${url}/api/status`)).json()) as ApplianceStatus;
    assert.equal(status.store.writable, true);
    await collector.close();
    assert.equal(existsSync(file), false);
    await assert.rejects(fetch(url));
  }));

test('a collector starts again on the folder of one that ended', () =>
  inFolder(async (start) => {
    await (await start()).close();
    const { url } = await start();
    assert.equal((await fetch(`${url}/api/hosts`)).status, 200);
  }));

test('a second collector on the same folder is refused, and the first goes on', () =>
  inFolder(async (start) => {
    const { url } = await start();
    await assert.rejects(start(), { code: 'data-locked' });
    assert.equal((await fetch(`${url}/api/hosts`)).status, 200);
  }));

test('the network is refused while there is no administrator', () =>
  inFolder(async (start, folder) => {
    await assert.rejects(start({ listen: '0.0.0.0' }), { code: 'listen-needs-token' });
    const registry = openRegistry(folder);
    const tokens = new TokenStore(registry);
    tokens.add('reader', 'viewer', 0);
    await assert.rejects(start({ listen: '0.0.0.0' }), { code: 'listen-needs-token' });
    tokens.add('root', 'admin', 0);
    registry.close();
    // The test itself stays on loopback: 127.0.0.2 is another address, and as local as 127.0.0.1.
    const { url } = await start({ listen: '127.0.0.2' });
    assert.match(url, /^http:\/\/127\.0\.0\.2:/);
  }));

test("the folder's owner gets in where everyone needs a token", () =>
  inFolder(async (start, folder) => {
    const { url } = await start({ tokens: 'always' });
    assert.equal((await fetch(`${url}/api/hosts`)).status, 401);
    const file = join(folder, 'server.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as ServerFile;
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await fetch(`${url}/api/hosts`, { headers })).status, 200);
  }));

test('a port that is taken is refused, and nothing is left running', () =>
  inFolder(async (start) => {
    const first = await start();
    const webPort = Number(new URL(first.url).port);
    await inFolder(async (startOther) => {
      await assert.rejects(startOther({ webPort }), { code: 'listen', message: /EADDRINUSE/ });
      await (await startOther()).close();
    });
  }));

test('an open live stream does not hold up the end', () =>
  inFolder(async (start) => {
    const collector = await start();
    const { hostname, port } = new URL(collector.url);
    const socket = new WebSocket(`${collector.url.replace('http', 'ws')}/api/live`);
    const idle = connect(Number(port), hostname);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    const startMs = performance.now();
    await collector.close();
    await closed;
    idle.destroy();
    assert.ok(performance.now() - startMs < 3000);
  }));

const secrets = [
  { name: 'without a secret', text: undefined, code: 'key-missing' },
  { name: 'with half a secret', text: 'abc123', code: 'key-invalid' },
];
for (const { name, text, code } of secrets) {
  test(`a collector does not start ${name}`, () =>
    inFolder(async (start, folder) => {
      rmSync(join(folder, 'secret'));
      if (text !== undefined) writeFileSync(join(folder, 'secret'), text);
      await assert.rejects(start(), { code });
    }));
}
