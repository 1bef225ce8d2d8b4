import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ViewFile, ViewList, ViewValues } from '../../wire/views.ts';
import { queryData } from '../http/testing/query-data.ts';
import { startTestServer, type TestServer } from '../http/testing/test-server.ts';
import { runTask } from '../query-worker/run-task.ts';
import { viewRoutes } from './routes.ts';
import { ViewStore } from './view-store.ts';

const TEXT = 'title: Load\npanels: [{expr: load_one}]\n';
let server: TestServer;
let viewer: string;

before(async () => {
  server = await startTestServer();
  server.cluster.addHost('a', { rack: 'r1' });
  const data = queryData(server.cluster);
  viewRoutes(server.app, {
    views: new ViewStore(join(server.folder, 'views')),
    queries: { run: async (task, signal) => runTask(task, data, () => signal.aborted) },
    recorded: server.recorded,
  });
  viewer = server.tokens.add('looker', 'viewer', Date.now());
});
after(() => server.close());

async function send(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  return server.app.inject({ method, url, headers, ...(body ? { payload: body } : {}) });
}

test('a view is made, read with its version, changed, deleted', async () => {
  const made = await send('PUT', '/api/views/load', { text: TEXT });
  assert.equal(made.statusCode, 200, made.body);
  const etag = String(made.headers['etag']);
  const read = await send('GET', '/api/views/load');
  assert.equal(read.headers['etag'], etag);
  assert.equal((read.json() as ViewFile).canEdit, true);
  const text = TEXT.replace('Load', 'Load!');
  const changed = await send('PUT', '/api/views/load', { text }, { 'if-match': etag });
  assert.equal((changed.json() as ViewFile).title, 'Load!');
  const late = await send('PUT', '/api/views/load', { text: TEXT }, { 'if-match': etag });
  assert.deepEqual([late.statusCode, late.json().code], [412, 'view-changed']);
  const list = (await send('GET', '/api/views')).json() as ViewList;
  assert.deepEqual(
    list.views.map(({ name }) => name),
    ['cluster', 'disks', 'load', 'network'],
  );
  assert.equal((await send('DELETE', '/api/views/load')).statusCode, 204);
});

test('who may only look sees that, may check, and changes nothing', async () => {
  const as = { authorization: `Bearer ${viewer}` };
  const file = (await send('GET', '/api/views/cluster', undefined, as)).json() as ViewFile;
  assert.equal(file.canEdit, false);
  assert.equal((await send('PUT', '/api/views/x', { text: TEXT }, as)).statusCode, 403);
  assert.equal((await send('DELETE', '/api/views/cluster', undefined, as)).statusCode, 403);
  const check = await send('POST', '/api/views/check', { text: 'title: x' }, as);
  assert.equal(check.json().problems.length, 1);
});

test('values of expressions come with their errors', async () => {
  const exprs = ['count(up) or vector(3)', 'sum('];
  const { answers } = (await send('POST', '/api/views/values', { exprs })).json() as ViewValues;
  assert.equal(answers[0]?.series.length, 1);
  assert.match(answers[1]?.error ?? '', /parse error/);
});

const refused = [
  { method: 'GET', url: '/api/views/none', status: 404, code: 'view-unknown' },
  { method: 'GET', url: '/api/views/..%2f..%2fsecret', status: 400, code: 'view-name' },
  { method: 'DELETE', url: '/api/views/disks', status: 409, code: 'view-built-in' },
  {
    method: 'PUT',
    url: '/api/views/x',
    body: { text: 'title: x' },
    status: 400,
    code: 'view-invalid',
  },
  { method: 'PUT', url: '/api/views/x', body: {}, status: 400, code: 'body-invalid' },
  {
    method: 'POST',
    url: '/api/views/values',
    body: { exprs: [1] },
    status: 400,
    code: 'body-invalid',
  },
  {
    method: 'POST',
    url: '/api/views/import',
    body: { json: '{}' },
    status: 400,
    code: 'ganglia-view',
  },
] as const;
for (const { method, url, status, code, ...rest } of refused) {
  test(`${method} ${url} is refused: ${code}`, async () => {
    const answer = await send(method, url, 'body' in rest ? rest.body : undefined);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code]);
  });
}
