import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { connect } from './client.ts';
import { EXIT } from './exit.ts';

const VARIABLES = [
  'CLUSTERMON_SERVER',
  'CLUSTERMON_TOKEN',
  'CLUSTERMON_TOKEN_FILE',
  'CLUSTERMON_DATA',
];
const NOBODY = 65_534;
const ANSWERS: Readonly<Record<string, { status: number; body: string }>> = {
  '/ok': { status: 200, body: '{"a":1}' },
  '/none': { status: 204, body: '' },
  '/api/v2/silence/x': { status: 200, body: '' },
  '/bad': { status: 400, body: '{"code":"param-range","message":"points=0 is outside of 1 to 9"}' },
  '/query': { status: 422, body: '{"status":"error","errorType":"execution","error":"too much"}' },
  '/api/v2/silences': { status: 400, body: '"the end is in the past"' },
  '/secret': { status: 401, body: '{"code":"token-needed","message":"this needs a token"}' },
  '/change': { status: 403, body: '{"code":"not-allowed","message":"this needs the role admin"}' },
  '/broken': { status: 502, body: '<html>' },
};

let server: Server;
let url = '';
let data = '';
const requests: IncomingMessage[] = [];

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'clustermon-client-'));
  server = createServer((request, response) => {
    requests.push(request);
    const { status, body } = ANSWERS[request.url?.split('?')[0] ?? ''] ?? { status: 404, body: '' };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  for (const name of VARIABLES) delete process.env[name];
  requests.length = 0;
});
after(() => {
  server.close();
  rmSync(data, { recursive: true });
});

function writeServerFile(): void {
  const content = JSON.stringify({ url, token: 'the-owner', pid: 1 });
  writeFileSync(join(data, 'server.json'), content);
}

test('the option goes before the environment, that before the data folder', async () => {
  writeServerFile();
  assert.equal(connect({ data }).url, url);
  process.env['CLUSTERMON_SERVER'] = 'http://head:8640/';
  assert.equal(connect({ data }).url, 'http://head:8640');
  assert.equal(connect({ data, server: 'http://other:1' }).url, 'http://other:1');
  process.env['CLUSTERMON_SERVER'] = '';
  assert.equal(connect({ data }).url, url);
});

test('a collector on the data folder is shown the token of its file, another server that of the environment', async () => {
  writeServerFile();
  process.env['CLUSTERMON_TOKEN'] = 'mine';
  await connect({ data }).get('/ok');
  await connect({ server: url }).get('/ok');
  assert.deepEqual(
    requests.map(({ headers }) => headers.authorization),
    ['Bearer the-owner', 'Bearer mine'],
  );
});

test('a token may be in a file', async () => {
  const file = join(data, 'token');
  writeFileSync(file, 'from-file\n');
  process.env['CLUSTERMON_TOKEN_FILE'] = file;
  await connect({ server: url }).get('/ok');
  assert.equal(requests[0]?.headers.authorization, 'Bearer from-file');
});

test('parameters that are undefined are left out, lists repeat the name', async () => {
  const query = { host: ['a', 'b'], metric: 'x y', from: undefined };
  assert.deepEqual(await connect({ server: url }).get('/ok', query), { a: 1 });
  assert.equal(requests[0]?.url, '/ok?host=a&host=b&metric=x+y');
});

test('an answer without a body is undefined', async () => {
  const client = connect({ server: url });
  for (const path of ['/none', '/api/v2/silence/x']) {
    assert.equal(await client.send('DELETE', path), undefined);
  }
});

const failures = [
  { path: '/bad', exitCode: EXIT.failed, message: /outside of 1 to 9/ },
  { path: '/query', exitCode: EXIT.failed, message: /^too much$/ },
  { path: '/api/v2/silences', exitCode: EXIT.failed, message: /^the end is in the past$/ },
  { path: '/secret', exitCode: EXIT.notAllowed, message: /token/ },
  { path: '/change', exitCode: EXIT.notAllowed, message: /role admin/ },
  { path: '/broken', exitCode: EXIT.failed, message: /answered 502/ },
];
for (const { path, exitCode, message } of failures) {
  test(`${path} ends the command with ${exitCode}`, async () => {
    await assert.rejects(connect({ server: url }).get(path), { exitCode, message });
  });
}

test('nobody listens there', async () => {
  await assert.rejects(connect({ server: 'http://127.0.0.1:1' }).get('/ok'), {
    exitCode: EXIT.unreachable,
    message: /cannot reach the appliance at http:\/\/127.0.0.1:1/,
  });
});

test('no collector runs on the folder', () => {
  assert.throws(() => connect({ data: join(data, 'nothing') }), {
    exitCode: EXIT.unreachable,
    message: /clustermon up/,
  });
});

test("another user's data folder is not taken for one without a collector", (t) => {
  writeServerFile();
  chmodSync(join(data, 'server.json'), 0);
  // Root may read everything.
  const user = process.geteuid?.() ?? 0;
  if (user === 0) process.seteuid?.(NOBODY);
  t.after(() => process.seteuid?.(user));
  assert.throws(() => connect({ data }), { exitCode: EXIT.notAllowed, message: /--server/ });
});

for (const named of ['head', 'head:8640', 'ftp://head', 'http://', 'http://a b']) {
  test(`the server "${named}" is wrong usage`, () => {
    assert.throws(() => connect({ server: named }), { exitCode: EXIT.usage, message: /http:\/\// });
  });
}
