/**
 * How fast machines get an image from the boot port, beside nginx (Debian package `nginx-light`, sendfile on) with the same file in the
 * same run: over a link of 1 Gbit/s, and over one without a limit, where the CPU is. Needs root.
 *
 *     node bench/boot.ts [--mib 512] [--rounds 5]
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeNetwork, type TestHost } from '../e2e/harness/network.ts';
import { startProcess, type TestProcess, waitFor } from '../e2e/harness/process.ts';
import { usageOf } from './meter.ts';

const { values: options } = parseArgs({
  options: { mib: { type: 'string', default: '512' }, rounds: { type: 'string', default: '5' } },
});
const MIB = Number(options.mib);
/** In memory, so that no disk is measured. */
const FILE = '/dev/shm/clustermon-bench-image';
const NGINX_PORT = 8099;

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly process: TestProcess;
}

interface Result {
  readonly mibPerSecond: number;
  readonly cpuSeconds: number;
}

execFileSync('sh', ['-c', `head -c ${MIB}M /dev/urandom > ${FILE}`]);
const network = makeNetwork(2);
const [server, client] = network.hosts as [TestHost, TestHost];
const contenders = [await startNginx(server), await startBootPort(server)];
try {
  for (const { link, connections } of [
    { link: '1gbit', connections: 1 },
    { link: undefined, connections: 1 },
    { link: undefined, connections: 8 },
  ]) {
    if (link) limit(server, link);
    print({ link, connections, results: await measure(connections) });
    if (link) server.run('tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
  }
} finally {
  for (const { process } of contenders) await process.end();
  network.remove();
  rmSync(FILE);
}

/** Rounds alternate, so that what else the machine does falls on both. */
async function measure(connections: number): Promise<ReadonlyMap<string, Result>> {
  const results = new Map(contenders.map(({ name }) => [name, [] as Result[]]));
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const one of contenders) results.get(one.name)?.push(await fetchAll(one, connections));
  }
  return new Map([...results].map(([name, all]) => [name, median(all)]));
}

async function fetchAll({ url, process }: Contender, connections: number): Promise<Result> {
  const before = usageOf(process.pid).cpuSeconds;
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, () => fetchOnce(url)));
  const seconds = (performance.now() - begun) / 1000;
  const cpuSeconds = usageOf(process.pid).cpuSeconds - before;
  return { mibPerSecond: (connections * MIB) / seconds, cpuSeconds: cpuSeconds / connections };
}

async function fetchOnce(url: string): Promise<void> {
  const args = ['netns', 'exec', client.namespace, 'curl', '-fsS', '-o', '/dev/null', url];
  const [code] = (await once(spawn('ip', args, { stdio: 'inherit' }), 'exit')) as [number];
  if (code !== 0) throw new Error(`curl ended with ${code}`);
}

function median(results: readonly Result[]): Result {
  const sorted = results.toSorted((a, b) => a.mibPerSecond - b.mibPerSecond);
  return sorted[Math.floor(sorted.length / 2)] ?? { mibPerSecond: 0, cpuSeconds: 0 };
}

function print(of: {
  readonly link: string | undefined;
  readonly connections: number;
  readonly results: ReadonlyMap<string, Result>;
}): void {
  const [nginx, ours] = contenders.map(({ name }) => of.results.get(name));
  const text = (result: Result | undefined) =>
    `${result?.mibPerSecond.toFixed(0)} MiB/s at ${((1024 / MIB) * (result?.cpuSeconds ?? 0)).toFixed(2)} CPU s/GiB`;
  const ratio = (ours?.mibPerSecond ?? 0) / (nginx?.mibPerSecond ?? 1);
  console.log(
    `${of.link ?? 'no limit'}, ${of.connections} at once: boot port ${text(ours)}, nginx ${text(nginx)}, ratio ${ratio.toFixed(2)}`,
  );
}

function limit(host: TestHost, rate: string): void {
  const shape = ['tbf', 'rate', rate, 'burst', '256kb', 'latency', '50ms'];
  host.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', ...shape);
}

async function startNginx(host: TestHost): Promise<Contender> {
  const config = join('/dev/shm', 'clustermon-bench-nginx.conf');
  const http = `access_log off; sendfile on; tcp_nopush on;
    server { listen ${host.address}:${NGINX_PORT}; root /dev/shm; }`;
  writeFileSync(
    config,
    `daemon off; master_process off; error_log stderr; pid ${config}.pid;
     events { worker_connections 512; } http { ${http} }`,
  );
  const process = startProcess('nginx', ['-c', config], { host });
  const url = `http://${host.address}:${NGINX_PORT}/clustermon-bench-image`;
  await waitFor('nginx to answer', () => host.run('curl', '-fsSI', url) !== '');
  rmSync(config);
  return { name: 'nginx', url, process };
}

async function startBootPort(host: TestHost): Promise<Contender> {
  const program = join(import.meta.dirname, 'boot-server.ts');
  const child = startProcess(process.execPath, [program, host.address, FILE], { host });
  const base = await waitFor('the boot port', () => /^http\S+/m.exec(child.output())?.[0]);
  return { name: 'boot port', url: `${base}/media/amd64/initramfs.img`, process: child };
}
