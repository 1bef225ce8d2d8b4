/** Datagrams that the kernel dropped because the buffer of a socket was full. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Columns of /proc/net/udp. */
const LOCAL_ADDRESS = 1;
const INODE = 9;
const DROPS = 12;

/**
 * @param inodes sockets that count; without them those of every process count: other collectors may hear the same group
 * @returns how many the kernel has dropped since these sockets were opened
 */
export function kernelDrops(port: number, isSix: boolean, inodes?: ReadonlySet<string>): number {
  const table = readFileSync(isSix ? '/proc/net/udp6' : '/proc/net/udp', 'latin1');
  return dropsIn(table, port, inodes);
}

/** @param table text of /proc/net/udp */
export function dropsIn(table: string, port: number, inodes?: ReadonlySet<string>): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (!fields[LOCAL_ADDRESS]?.endsWith(suffix)) continue;
    if (inodes?.has(fields[INODE] ?? '') ?? true) drops += Number(fields[DROPS]);
  }
  return drops;
}

/** Inodes of the sockets that this process has open now. Source: proc_pid_fd(5), `socket:[2248868]`. */
export function ownSockets(): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const descriptor of readdirSync('/proc/self/fd')) {
    const inode = /^socket:\[(\d+)\]$/.exec(targetOf(`/proc/self/fd/${descriptor}`))?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** Empty for a descriptor that has been closed since the folder was listed, as that of the listing itself. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
