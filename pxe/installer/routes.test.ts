import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Fastify from 'fastify';
import { addAgentRoute } from './routes.ts';

test("the agent's package can be fetched, and asked for its length", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-agent-route-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'agent.deb');
  writeFileSync(file, 'package');
  const app = Fastify({ exposeHeadRoutes: false });
  addAgentRoute(app, async () => ({ file, sha256: '' }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const url = `${app.listeningOrigin}/clustermon-agent.deb`;
  const head = await fetch(url, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('content-length'), '7');
  assert.equal(await (await fetch(url)).text(), 'package');
});
