/**
 * Load generator: simulated hosts send sealed datagrams to a collector, all on the second, as agents do.
 *
 *     node bench/load.ts --hosts 1000 --port 8641 --secret data/secret [--metrics 50] [--seconds 300] [--to 127.0.0.1]
 *
 * Prints one line of JSON at the end: what was sent, the CPU seconds that sending took, and how late the latest second was begun: more than
 * a second means that this machine cannot send so much.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LoadHost } from './load-host.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    metrics: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    port: { type: 'string', default: '8641' },
    to: { type: 'string', default: '127.0.0.1' },
    secret: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

const secretText = options.secret === undefined ? '' : readFileSync(options.secret, 'utf8').trim();
const secret = secretText === '' ? undefined : Buffer.from(secretText, 'hex');
const hosts = Array.from({ length: Number(options.hosts) }, (_, index) => {
  return new LoadHost(index, {
    seed: Number(options.seed),
    metricCount: Number(options.metrics),
    secret,
  });
});
const byAgent = new Map(hosts.map((host) => [host.agent, host]));

const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 1024 * 1024 });
socket.connect(Number(options.port), options.to);
await once(socket, 'connect');
socket.on('error', () => undefined); // a collector that restarts refuses for a moment
socket.on('message', (request) => {
  const host = byAgent.get(request.toString('latin1', 12, 28));
  if (host) for (const datagram of host.answer(request)) socket.send(Buffer.from(datagram));
});

let sent = 0;
let bytes = 0;
const send = (datagram: Uint8Array) => {
  socket.send(Buffer.from(datagram));
  sent += 1;
  bytes += datagram.length;
};

for (const [index, host] of hosts.entries()) {
  for (const datagram of host.schema()) send(datagram);
  // A thousand new hosts a second: a rack after the other is powered on.
  if (index % 50 === 49) await sleep(50);
}
sent = 0;
bytes = 0;
const cpuBefore = process.cpuUsage();
const first = Math.floor(Date.now() / 1000) + 1;
const last = first + Number(options.seconds);
let lateMsMax = 0;
for (let second = first; second < last; second += 1) {
  await sleep(Math.max(0, second * 1000 - Date.now()));
  lateMsMax = Math.max(lateMsMax, Date.now() - second * 1000);
  for (const [index, host] of hosts.entries()) {
    for (const datagram of host.samples(second)) send(datagram);
    // Lets requests in, and the receiver of a small machine at its queue.
    if (index % 500 === 499) await sleep(0);
  }
}
const { user, system } = process.cpuUsage(cpuBefore);
await sleep(200);
socket.close();
const seconds = Number(options.seconds);
const samples = hosts.length * seconds * Number(options.metrics);
process.stdout.write(
  `${JSON.stringify({ hosts: hosts.length, seconds, datagrams: sent, samples, bytes, cpuSeconds: (user + system) / 1e6, lateMsMax })}\n`,
);
