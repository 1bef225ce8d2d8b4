import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import type { FastifyInstance } from 'fastify';
import { ManualClock } from '../base/clock.ts';
import { openDatabase } from '../base/sqlite.ts';
import { pxeApi } from './api.ts';
import { Registry } from './inventory/registry.ts';
import { NodeStore, REGISTRY_MIGRATIONS } from './inventory/store.ts';

const MAC = '52:54:00:aa:00:01';
const WHO = { 'x-clustermon-caller': 'anne', 'x-forwarded-for': '192.0.2.1' };

function open(prepare: (db: Database.Database) => void = () => {}): FastifyInstance {
  const db = openDatabase(':memory:', { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
  prepare(db);
  return pxeApi({
    registry: new Registry(new NodeStore(db), new ManualClock(1000)),
    status: () => ({ interfaces: [], httpPort: 8642, hasInstaller: false }),
    leases: () => [],
    installed: () => undefined,
    space: (sha256) => (sha256 === 'known' ? Buffer.from('tar') : undefined),
    installerLog: ({ name }, count) => [`${name} ${count}`],
    explain: ({ mac, node }) => ({
      ...{ mac, stages: [], expectedNext: '', diagnoses: [], events: [] },
      ...(node && { node }),
    }),
  });
}

async function call(
  app: FastifyInstance,
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
) {
  const response = await app.inject({ method, url, headers: WHO, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json() };
}

test('a machine is entered, assigned, approved and cancelled, each on record with who did it', async () => {
  const app = open();
  const added = await call(app, 'POST', '/api/pxe/nodes', {
    name: 'n001',
    macs: [MAC.toUpperCase()],
  });
  assert.deepEqual([added.status, added.body.macs, added.body.state], [200, [MAC], 'discovered']);
  const assigned = await call(app, 'PATCH', `/api/pxe/nodes/${MAC}`, {
    classes: ['WEB'],
    rack: 'r1',
    unit: 7,
  });
  assert.deepEqual(
    [assigned.body.classes, assigned.body.rack, assigned.body.unit],
    [['WEB'], 'r1', 7],
  );
  assert.equal((await call(app, 'POST', '/api/pxe/nodes/n001/approve')).body.state, 'approved');
  assert.equal((await call(app, 'POST', '/api/pxe/nodes/n001/cancel')).body.state, 'discovered');
  const { entries } = (await call(app, 'GET', '/api/pxe/nodes/n001/audit')).body;
  assert.deepEqual(
    entries.map((entry: { who: string; from: string; action: string }) => [
      entry.who,
      entry.from,
      entry.action,
    ]),
    ['cancel', 'approve', 'assign', 'add'].map((action) => ['anne', '192.0.2.1', action]),
  );
  const { events } = (await call(app, 'GET', '/api/pxe/nodes/n001/events')).body;
  assert.equal(events[0].text, 'discovered → approved');
  await app.close();
});

const refusals: [string, 'GET' | 'POST' | 'PATCH', string, object | undefined, number, string][] = [
  ['a node that is not there', 'GET', '/api/pxe/nodes/n009', undefined, 404, 'node-unknown'],
  ['a path that is not there', 'GET', '/api/pxe/nothing', undefined, 404, 'path-unknown'],
  [
    'what only machines may report',
    'POST',
    '/api/pxe/nodes/n001/install-finished',
    undefined,
    404,
    'path-unknown',
  ],
  [
    'an action in the wrong state',
    'POST',
    '/api/pxe/nodes/n001/cancel',
    undefined,
    409,
    'node-state',
  ],
  ['a MAC address twice', 'POST', '/api/pxe/nodes', { macs: [MAC] }, 409, 'node-exists'],
  ['a node without addresses', 'POST', '/api/pxe/nodes', { name: 'n002' }, 400, 'body-invalid'],
  ['no MAC address', 'POST', '/api/pxe/nodes', { macs: ['hello'] }, 400, 'body-invalid'],
  [
    'a field that is not known',
    'PATCH',
    '/api/pxe/nodes/n001',
    { state: 'up' },
    400,
    'body-invalid',
  ],
  ['a body that is a list', 'PATCH', '/api/pxe/nodes/n001', [], 400, 'body-invalid'],
  ['a wrong address', 'PATCH', '/api/pxe/nodes/n001', { address: '10.0.0' }, 400, 'body-invalid'],
  [
    'a wrong quirk',
    'PATCH',
    '/api/pxe/nodes/n001',
    { quirks: { tftpBlockSizeMax: 7 } },
    400,
    'body-invalid',
  ],
  [
    'an unknown quirk',
    'PATCH',
    '/api/pxe/nodes/n001',
    { quirks: { fast: true } },
    400,
    'body-invalid',
  ],
];
for (const [what, method, url, payload, status, code] of refusals) {
  test(`${what} is refused with ${status} ${code}`, async () => {
    const app = open();
    await call(app, 'POST', '/api/pxe/nodes', { name: 'n001', macs: [MAC] });
    const answer = await call(app, method, url, payload);
    assert.deepEqual([answer.status, answer.body.code], [status, code]);
    await app.close();
  });
}

test('a machine that is not known can be explained by its address', async () => {
  const app = open();
  const answer = await call(app, 'GET', '/api/pxe/explain/52-54-00-AA-00-77');
  assert.deepEqual([answer.body.mac, answer.body.node], ['52:54:00:aa:00:77', undefined]);
  await app.close();
});

test('the installer’s log of a machine', async () => {
  const app = open();
  await call(app, 'POST', '/api/pxe/nodes', { name: 'n001', macs: [MAC] });
  const { body } = await call(app, 'GET', '/api/pxe/nodes/n001/log?lines=7');
  assert.deepEqual(body, { lines: ['n001 7'] });
});

test('a full disk refuses a decision, which then has not been made', async () => {
  let fill = () => {};
  const app = open((db) => {
    fill = () => void db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  });
  await call(app, 'POST', '/api/pxe/nodes', { name: 'n001', macs: [MAC] });
  fill();
  const classes = Array.from({ length: 60 }, (_, index) => `${'A'.repeat(200)}${index}`);
  const refused = await call(app, 'PATCH', '/api/pxe/nodes/n001', { classes });
  assert.deepEqual([refused.status, refused.body.code], [507, 'disk-full']);
  const { body } = await call(app, 'GET', '/api/pxe/nodes/n001');
  assert.deepEqual(body.classes, []);
});

test('what a node was made from, and its config space, are there or a named error', async () => {
  const app = open();
  await call(app, 'POST', '/api/pxe/nodes', { name: 'n001', macs: [MAC] });
  const never = await call(app, 'GET', '/api/pxe/nodes/n001/installed');
  assert.deepEqual([never.status, never.body], [200, { installed: null }]);
  const space = await app.inject({ method: 'GET', url: '/api/pxe/spaces/known' });
  assert.deepEqual([space.body, space.headers['content-type']], ['tar', 'application/x-tar']);
  const none = await call(app, 'GET', '/api/pxe/spaces/other');
  assert.deepEqual([none.status, none.body.code], [404, 'space-unknown']);
});
