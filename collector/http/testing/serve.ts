/**
 * A server for working on the page without a cluster: made-up hosts that move in real time, with all their history.
 *   node collector/http/testing/serve.ts [hosts] [port]
 */
import { join } from 'node:path';
import { FakeCluster } from './fake-cluster.ts';
import { startTestServer } from './test-server.ts';

const [hostCount = '200', port = '8640'] = process.argv.slice(2);
const nowS = () => Math.floor(Date.now() / 1000);
const cluster = new FakeCluster(nowS());
for (let number = 1; number <= Number(hostCount); number += 1) {
  cluster.addHost(`n${String(number).padStart(3, '0')}`, {
    class: number % 10 === 0 ? 'GPU' : 'COMPUTE',
    rack: `r${String(Math.ceil(number / 25)).padStart(2, '0')}`,
    u: String(((number - 1) % 25) + 1),
  });
}
cluster.byName('n007')?.setState('down');
const { app, alerts, problems } = await startTestServer(
  { pageFolder: join(import.meta.dirname, '../../../ui/dist') },
  cluster,
);
alerts.set([
  {
    rule: 'HostDown',
    severity: 'critical',
    state: 'firing',
    labels: { host: 'n007', rack: 'r01' },
    value: 0,
    activeAtMs: Date.now() - 60_000,
    firedAtMs: Date.now() - 30_000,
    resolvedAtMs: null,
  },
]);
problems.push({ code: 'made-up', text: 'These hosts are made up', sinceMs: Date.now() });
await app.listen({ port: Number(port), host: '127.0.0.1' });
console.log(`http://127.0.0.1:${port}`);
setInterval(() => cluster.tick(nowS()), 1000);
