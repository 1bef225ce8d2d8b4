/** What node:dgram lacks for DHCP: a socket that hears one network interface only (docs/decisions/0030-dhcp-sockets.md). */
import { spawnSync } from 'node:child_process';
import type { Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
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
 * Ties a bound socket to one interface: it hears, and sends to, that network only. A child process sets the option on the inherited
 * descriptor, since an option belongs to the socket and not to the process. What came in before is thrown away.
 * @throws WorldError `bind-to-device`
 */
export async function bindToDevice(socket: Socket, name: string): Promise<void> {
  // Node keeps the descriptor of a bound UDP socket here; there is no public way to it.
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const result = spawnSync('perl', ['-e', SET_DEVICE, name], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    timeout: 10_000,
  });
  if (result.status !== 0) {
    const reason =
      result.error ??
      new Error(result.stderr?.toString().trim() || `perl ended with ${result.status}`);
    throw new WorldError(
      'bind-to-device',
      `cannot tie a socket to ${name} (needs perl-base, and root or CAP_NET_RAW)`,
      reason,
    );
  }
  // One turn of the event loop reads, and drops for want of a listener, what other interfaces delivered before.
  await new Promise(setImmediate);
}
