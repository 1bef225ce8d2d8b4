/** The socket on which agents are heard: large receive buffer, group membership. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { reasonOf, WorldError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

export interface ReceiverOptions {
  /** Multicast group; empty = unicast only. */
  readonly group: string;
  readonly port: number;
  /** Interfaces on which agents are heard besides loopback: names, or `all`. Without any nothing beyond loopback is listened to. */
  readonly interfaces: readonly string[];
  readonly receiveBufferBytes: number;
  /** Who is heard, and which settings name another port, for messages. */
  readonly heard: { readonly who: string; readonly hint: string };
}

/** What the ingest thread hears agents by, and asks them by. */
export interface Receiver {
  readonly port: number;
  readonly isSix: boolean;
  /** As Linux reports it: twice what a socket may hold, the half for its own book-keeping included (socket(7)). */
  readonly bufferBytes: number;
  onDatagram(take: (datagram: Buffer, sender: RemoteInfo) => void): void;
  send(datagram: Uint8Array, to: { address: string; port: number }): void;
  close(): void;
}

/**
 * Binds and joins the group; interfaces that refuse are logged. With interfaces one socket hears every address of the machine. Without
 * them nothing beyond loopback may listen: one socket is bound to the group, which only loopback joins, another to 127.0.0.1 for
 * the agents' answers. Linux does not route IPv6 multicast over loopback: agents of this machine send to ::1 then.
 * @throws WorldError `listen`
 */
export async function openReceiver(options: ReceiverOptions, log: Log): Promise<Receiver> {
  const { group, interfaces } = options;
  const isSix = isIPv6(group);
  const anyAddress = isSix ? '::' : '0.0.0.0';
  const loopback = isSix ? '::1' : '127.0.0.1';
  const unicast = await bind(options, interfaces.length > 0 ? anyAddress : loopback);
  const { port } = unicast.address();
  const sockets = [unicast];
  if (group !== '' && (interfaces.length > 0 || !isSix)) {
    const listener = interfaces.length > 0 ? unicast : await bind({ ...options, port }, group);
    if (listener !== unicast) sockets.push(listener);
    joinGroup(listener, { ...options, isSix }, log);
  }
  for (const socket of sockets) {
    socket.on('error', (error) => log.error('socket', { reason: error.message }));
  }
  return {
    port,
    isSix,
    bufferBytes: Math.min(...sockets.map((socket) => socket.getRecvBufferSize())),
    onDatagram(take) {
      for (const socket of sockets) socket.on('message', take);
    },
    send(datagram, to) {
      unicast.send(datagram, to.port, to.address, (error) => {
        if (error) log.debug('request-failed', { address: to.address, reason: error.message });
      });
    },
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}

async function bind(
  { group, port, receiveBufferBytes, heard }: ReceiverOptions,
  address: string,
): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    reuseAddr: group !== '',
    recvBufferSize: receiveBufferBytes,
  });
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    throw new WorldError(
      'listen',
      `cannot hear ${heard.who} on UDP ${address} port ${port} (${heard.hint})`,
      error,
    );
  }
}

function joinGroup(
  socket: Socket,
  { group, interfaces, isSix }: ReceiverOptions & { isSix: boolean },
  log: Log,
): void {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const address = addresses?.find(({ family }) => family === (isSix ? 'IPv6' : 'IPv4'));
    const isWanted = interfaces.includes('all') || interfaces.includes(name) || address?.internal;
    if (!address || !isWanted) continue;
    try {
      socket.addMembership(group, isSix ? `::%${name}` : address.address);
      log.info('group-joined', { group, interface: name });
    } catch (error) {
      log.warn('group-refused', { group, interface: name, reason: reasonOf(error) });
    }
  }
  for (const name of interfaces) {
    if (name !== 'all' && !networkInterfaces()[name])
      log.warn('interface-missing', { interface: name });
  }
}
