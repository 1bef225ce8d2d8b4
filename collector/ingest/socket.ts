/** The socket on which agents are heard: large receive buffer, group membership, what the kernel dropped. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
}

/**
 * Binds the socket and joins the group; interfaces that refuse are logged.
 * @throws WorldError `listen`
 */
export async function openReceiver(options: ReceiverOptions, log: Log): Promise<Socket> {
  const isSix = isIPv6(options.group);
  const socket = createSocket({
    type: isSix ? 'udp6' : 'udp4',
    reuseAddr: options.group !== '',
    recvBufferSize: options.receiveBufferBytes,
  });
  try {
    socket.bind(options.port, bindAddress(options));
    await once(socket, 'listening');
  } catch (error) {
    throw new WorldError('listen', `cannot listen on UDP port ${options.port}`, error);
  }
  if (options.group !== '') joinGroup(socket, { ...options, isSix }, log);
  return socket;
}

/**
 * With interfaces every address of the machine, so that unicast is heard as well. Without them the group alone, which is joined on
 * loopback; an agent that sends unicast to this machine then needs its interface named, `lo` included.
 */
function bindAddress({ group, interfaces }: ReceiverOptions): string | undefined {
  if (interfaces.length > 0) return undefined;
  return group === '' ? '127.0.0.1' : group;
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

/** Datagrams that the kernel dropped on this port because its buffer was full. Source: /proc/net/udp, column `drops`. */
export function kernelDrops(port: number, isSix: boolean): number {
  const table = readFileSync(isSix ? '/proc/net/udp6' : '/proc/net/udp', 'latin1');
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(suffix)) drops += Number(fields.at(-1));
  }
  return drops;
}
