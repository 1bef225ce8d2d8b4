/** The simulated cluster: real datagrams of as many hosts as wanted, through the real path. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { agentKey, isSealed } from '../base/authentication.ts';
import { type Running, runDaemon } from '../base/daemon.ts';
import { openLog } from '../base/log.ts';
import { isMulticast } from '../wire/address.ts';
import { readRequest } from '../wire/control.ts';
import { bodyReader, emptyHeader, KINDS, PacketError, readHeader } from '../wire/packet.ts';
import { XdrReader } from '../wire/xdr.ts';
import { buildCluster } from './cluster.ts';
import { HostSender } from './host-sender.ts';
import type { DemoSettings } from './settings.ts';

/** Hosts send this long after the second, as agents do. */
const SEND_DELAY_MS = 15;
/** Hosts are powered on one after another, as racks are, and after the collector beside them: so many each second, from this delay on. */
const HOSTS_PER_SECOND = 200;
const POWER_ON_DELAY_SECONDS = 2;
/** Datagrams between two looks at the socket: a burst of thousands must not fill the sender's own queue. */
const BURST = 500;

export async function startDemo(settings: DemoSettings): Promise<Running> {
  const log = openLog('demo');
  const secret =
    settings.secretFile === ''
      ? undefined
      : Buffer.from(readFileSync(settings.secretFile, 'utf8').trim(), 'hex');
  const type = isIPv6(settings.group) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, sendBufferSize: 8 << 20, recvBufferSize: 8 << 20 });
  socket.bind(0);
  await once(socket, 'listening');
  if (isMulticast(settings.group)) {
    socket.setMulticastTTL(1);
    socket.setMulticastInterface(settings.interface);
  }
  const firstSecond = Math.ceil(Date.now() / 1000) + POWER_ON_DELAY_SECONDS;
  const senders = buildCluster(settings.hosts, settings.seed).map(
    (host) => new HostSender(host, secret, firstSecond + Math.floor(host.index / HOSTS_PER_SECOND)),
  );
  const byId = new Map(senders.map((sender) => [sender.id, sender]));
  // `send` queues the bytes it is given; the sender's buffer is written again for the next datagram.
  const sendTo = (port: number, address: string) => (datagram: Uint8Array) =>
    socket.send(Buffer.from(datagram), port, address);
  const toCollector = sendTo(settings.port, settings.group);

  const header = emptyHeader();
  socket.on('message', (datagram, from) => {
    if (readHeader(new XdrReader(datagram), header) !== undefined) return;
    const sender = byId.get(header.agent);
    if (header.kind !== KINDS.request || !sender || header.boot !== sender.boot) return;
    if (secret && !isSealed(datagram, agentKey(secret, sender.id))) return;
    try {
      const request = readRequest(bodyReader(datagram));
      sender.answer(request, Math.floor(Date.now() / 1000), sendTo(from.port, from.address));
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      log.warn('request-refused', { code: error.code, from: from.address });
    }
  });

  let timer: NodeJS.Timeout;
  const sleepUntilNextSecond = () => {
    timer = setTimeout(tick, 1000 - (Date.now() % 1000) + SEND_DELAY_MS);
  };
  const tick = () => {
    const second = Math.floor(Date.now() / 1000);
    sleepUntilNextSecond();
    sendBurst(second, 0);
  };
  const sendBurst = (second: number, first: number) => {
    for (const sender of senders.slice(first, first + BURST)) sender.tick(second, toCollector);
    if (first + BURST < senders.length) setImmediate(sendBurst, second, first + BURST);
  };
  sleepUntilNextSecond();
  log.info('ready', { hosts: senders.length, group: settings.group, port: settings.port });
  return {
    async close() {
      clearTimeout(timer);
      socket.close();
      await once(socket, 'close');
    },
  };
}

if (import.meta.main) await runDaemon('demo', (settings) => startDemo(settings as DemoSettings));
