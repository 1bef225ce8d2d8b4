/** What node:dgram lacks for DHCP: a socket that hears one network interface only (docs/decisions/0030-dhcp-sockets.md). */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import { InputError, WorldError } from '../../base/errors.ts';
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts';

export interface NetworkInterface {
  readonly name: string;
  readonly address: Ipv4;
  /** Bits of the network mask. */
  readonly prefix: number;
  readonly mac: Mac;
}

/**
 * The interface with its first IPv4 address.
 * @throws InputError `interface-unknown`, `interface-no-address`
 */
export function findInterface(name: string): NetworkInterface {
  const all = networkInterfaces();
  const addresses = all[name];
  if (!addresses) {
    throw new InputError(
      'interface-unknown',
      `there is no network interface ${name}; this machine has ${Object.keys(all).join(', ')}`,
      { field: 'interface' },
    );
  }
  const ipv4 = addresses.find((one) => one.family === 'IPv4');
  const address = ipv4 && parseIpv4(ipv4.address);
  const mac = ipv4 && parseMac(ipv4.mac);
  if (address === undefined || mac === undefined) {
    throw new InputError(
      'interface-no-address',
      `${name} has no IPv4 address; give it a static one, for machines boot from it`,
      { field: 'interface' },
    );
  }
  return { name, address, mac, prefix: Number(ipv4?.cidr?.split('/')[1] ?? 24) };
}

/** SOL_SOCKET and SO_BINDTODEVICE have these numbers on every architecture that we run on (socket(7)). */
const SET_DEVICE = `open(my $socket, "+<&=", 3) or die "fd: $!";
setsockopt($socket, 1, 25, "$ARGV[0]\\0") or die "SO_BINDTODEVICE: $!";`;

/**
 * A UDP socket that hears, and sends to, one interface's network only. A child process sets the option on the inherited descriptor,
 * since an option belongs to the socket and not to the process. What came in before is thrown away.
 * @throws WorldError `bind-to-device`, `dhcp-listen`
 */
export async function openOnDevice(name: string, port: number): Promise<SocketAsPromised> {
  const socket = DgramAsPromised.createSocket({ type: 'udp4', reuseAddr: true });
  try {
    const before = new Set(udpSockets(port).keys());
    await socket.bind({ port, address: '0.0.0.0', exclusive: true });
    const fd = [...udpSockets(port)].find(([inode]) => !before.has(inode))?.[1];
    if (fd === undefined) throw new Error('its descriptor is not in /proc');
    setDevice(fd, name);
  } catch (error) {
    await socket.close();
    if (error instanceof WorldError) throw error;
    throw new WorldError('dhcp-listen', `cannot listen on UDP port ${port} of ${name}`, error);
  }
  // One turn of the event loop reads, and drops for want of a listener, what other interfaces delivered before.
  await new Promise(setImmediate);
  return socket;
}

function setDevice(fd: number, name: string): void {
  const result = spawnSync('perl', ['-e', SET_DEVICE, name], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    timeout: 10_000,
  });
  if (result.status === 0) return;
  const reason = result.error ?? new Error(result.stderr.toString().trim());
  throw new WorldError(
    'bind-to-device',
    `cannot tie a socket to ${name} (needs perl-base, and root or CAP_NET_RAW)`,
    reason,
  );
}

/** This process' UDP sockets on a port: inode and descriptor. Node has no public way to a socket's descriptor; proc(5) does. */
function udpSockets(port: number): Map<string, number> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set(
    readFileSync('/proc/net/udp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local]) => local?.endsWith(`:${hexPort}`))
      .map((columns) => columns[9] ?? ''),
  );
  const found = new Map<string, number>();
  for (const fd of readdirSync('/proc/self/fd')) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${fd}`))?.[1];
    if (inode !== undefined && inodes.has(inode)) found.set(inode, Number(fd));
  }
  return found;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor of the directory itself is gone by now.
    return '';
  }
}
