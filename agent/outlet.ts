/** The agent's socket: datagrams to the group and to unicast targets, and what collectors send back. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Log } from '../base/log.ts';
import { isMulticast } from '../wire/address.ts';
import type { AgentSettings } from './settings.ts';
import { parseTarget, type Target } from './target.ts';

export type OutletSettings = Pick<
  AgentSettings,
  'group' | 'port' | 'interface' | 'ttl' | 'targets'
>;

export interface Outlet {
  /** To the group and to every target. */
  broadcast(datagram: Buffer): void;
  sendTo(target: Target, datagram: Buffer): void;
  onDatagram(listener: (datagram: Buffer, from: Target) => void): void;
  /** Datagrams that the kernel did not take. */
  readonly failures: number;
  /** UDP port that datagrams leave from; 0 when there is only an IPv6 socket. */
  readonly port: number;
  close(): Promise<void>;
}

const NO_ROUTE = new Set(['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ENODEV']);

/**
 * One socket for each address family that is needed, unconnected: collectors answer to the port that datagrams come from, and a
 * socket that is connected to a group would not receive from them.
 */
export async function openOutlet(settings: OutletSettings, log: Log): Promise<Outlet> {
  const group = settings.group === '' ? [] : [{ address: settings.group, port: settings.port }];
  const targets = [...group, ...settings.targets.flatMap((text) => parseTarget(text) ?? [])];
  const four = await openFor(targets, 'udp4');
  const six = await openFor(targets, 'udp6');
  const sockets = [four, six].filter((socket) => socket !== undefined);
  const route = (target: Target) => ({
    ...target,
    socket: isIPv6(target.address) ? six : four,
    isMulticast: isMulticast(target.address),
  });
  const routes = targets.map(route);
  const multicasts = routes.filter((one) => one.isMulticast);
  let failures = 0;
  let failing = false;
  let isMissing = false;

  for (const { socket, address, port } of multicasts) {
    socket?.setMulticastTTL(settings.ttl);
    if (settings.interface !== '' || !(await hasRoute({ address, port }))) chooseInterfaces();
  }

  /** An interface that is named may come later, as those of tunnels and USB do: until then the kernel's route serves. */
  function chooseInterfaces(): void {
    const wasMissing = isMissing;
    isMissing = false;
    for (const { socket, address } of multicasts) {
      const chosen = multicastInterface(settings.interface, isIPv6(address));
      if (chosen !== undefined) socket?.setMulticastInterface(chosen);
      else isMissing ||= settings.interface !== '';
    }
    if (isMissing === wasMissing) return;
    if (!isMissing) log.info('interface-found', { interface: settings.interface });
    else {
      log.warn('interface-missing', {
        interface: settings.interface,
        present: Object.keys(networkInterfaces()).join(', '),
        advice:
          'no interface or address of this name is up: the routing table decides where datagrams leave until there is one',
      });
    }
  }

  const done = (error: NodeJS.ErrnoException | null) => {
    if (!error) {
      failing = false;
      return;
    }
    failures += 1;
    if (failing) return;
    failing = true;
    log.warn('send-failed', { reason: error.message });
    // The interface may have come, gone or changed its address since the start.
    if (NO_ROUTE.has(error.code ?? '')) chooseInterfaces();
  };

  return {
    broadcast(datagram) {
      if (isMissing) chooseInterfaces();
      for (const { socket, address, port } of routes) socket?.send(datagram, port, address, done);
    },
    sendTo({ address, port }, datagram) {
      (isIPv6(address) ? six : four)?.send(datagram, port, address, done);
    },
    onDatagram(listener) {
      for (const socket of sockets) socket.on('message', listener);
    },
    get failures() {
      return failures;
    },
    port: four?.address().port ?? 0,
    async close() {
      for (const socket of sockets) {
        socket.close();
        await once(socket, 'close');
      }
    },
  };
}

async function openFor(
  targets: readonly Target[],
  type: 'udp4' | 'udp6',
): Promise<Socket | undefined> {
  const family = type === 'udp4' ? 4 : 6;
  if (!targets.some(({ address }) => isIP(address) === family)) return undefined;
  const socket = createSocket({
    type,
    // Addresses are numeric: no look-up, not even its detour over the next tick.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  const listening = once(socket, 'listening');
  socket.bind(0);
  await listening;
  return socket;
}

/** Whether the kernel knows by which interface the target is reached: connecting a datagram socket asks it, and sends nothing. */
async function hasRoute({ address, port }: Target): Promise<boolean> {
  const probe = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const known = await new Promise<boolean>((resolve) => {
    probe.connect(port, address, (error?: Error) => resolve(!error));
  });
  probe.close();
  return known;
}

/**
 * What `setMulticastInterface` wants for an interface or address that a person named; without a name the first interface that has an
 * address, so that a machine with no default route sends as well, and loopback when there is no other.
 */
function multicastInterface(name: string, six: boolean): string | undefined {
  const family = six ? 'IPv6' : 'IPv4';
  const all = Object.entries(networkInterfaces()).flatMap(([device, addresses]) =>
    (addresses ?? []).filter((one) => one.family === family).map((one) => ({ device, ...one })),
  );
  const chosen =
    name === ''
      ? (all.find(({ internal }) => !internal) ?? all[0])
      : all.find(({ device, address }) => device === name || address === name);
  if (chosen === undefined) return undefined;
  return six ? `::%${chosen.device}` : chosen.address;
}
