/** Who answers on an address of the local network: the kernel's ARP table, and a question that fills it. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { formatIpv4, type Ipv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts';

const ARP_COMPLETE = 0x2;

/** Parses /proc/net/arp; only entries that were answered (proc(5), ATF_COM of <net/if_arp.h>). */
export function parseArpTable(text: string): Map<Ipv4, Mac> {
  const found = new Map<Ipv4, Mac>();
  for (const line of text.split('\n').slice(1)) {
    const [address, , flags, hardware] = line.split(/\s+/);
    const ip = parseIpv4(address ?? '');
    const mac = parseMac(hardware ?? '');
    if (ip !== undefined && mac !== undefined && Number(flags) & ARP_COMPLETE) found.set(ip, mac);
  }
  return found;
}

export function readArpTable(file = '/proc/net/arp'): Map<Ipv4, Mac> {
  try {
    return parseArpTable(readFileSync(file, 'utf8'));
  } catch {
    // Without /proc there is nothing to know.
    return new Map();
  }
}

/** Nothing listens on the discard port; a host that exists answers with "port unreachable". */
const DISCARD_PORT = 9;
const PROBE_CHECKS = 5;
const PROBE_PAUSE_MS = 40;

/** Asks whether a machine uses an address already. */
export type AddressProbe = (address: Ipv4) => Promise<Mac | 'unknown machine' | undefined>;

/**
 * Sends one datagram to the address, for which the kernel must ask by ARP, and looks for 200 ms who answered.
 * An ARP entry that was there before may be stale and counts for nothing: then only an ICMP refusal is proof.
 * @returns who uses the address, or undefined when nobody answered
 */
export const probeAddress: AddressProbe = async (address) => {
  const before = readArpTable().get(address);
  const socket = createSocket('udp4');
  let refused = false;
  socket.on('error', () => {
    refused = true;
  });
  try {
    socket.connect(DISCARD_PORT, formatIpv4(address), () => socket.send(Buffer.alloc(0)));
    for (let check = 0; check < PROBE_CHECKS; check += 1) {
      await new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS));
      const mac = readArpTable().get(address);
      if (mac !== undefined && before === undefined) return mac;
      if (refused) return mac ?? 'unknown machine';
    }
    return undefined;
  } finally {
    socket.close();
  }
};
