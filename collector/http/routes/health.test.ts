import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

/** As a machine without a token sees it. */
async function ask(url: string, method: 'GET' | 'HEAD' = 'GET') {
  const { statusCode, body } = await server.app.inject({
    url,
    method,
    remoteAddress: '10.0.0.9',
  });
  return { statusCode, body };
}

test('who asks learns that ingest stands still, and that it goes on', async () => {
  server.cluster.second = Math.floor(Date.now() / 1000) - 60;
  const { statusCode, body } = await ask('/-/ready');
  assert.equal(statusCode, 503);
  assert.match(body, /the newest second is 6\d s old/);
  server.cluster.second = Math.floor(Date.now() / 1000);
  assert.deepEqual(await ask('/-/ready'), { statusCode: 200, body: 'clustermon is ready\n' });
});

test('a collector that answers is healthy', async () => {
  assert.deepEqual(await ask('/-/healthy'), { statusCode: 200, body: 'clustermon is healthy\n' });
  assert.equal((await ask('/-/healthy', 'HEAD')).statusCode, 200);
});
