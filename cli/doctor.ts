/** Looks at this machine for what clustermon needs. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmdirSync, statfsSync, statSync } from 'node:fs';
import { createServer, isIPv4 } from 'node:net';
import { dirname, join } from 'node:path';
import { reasonOf } from '../base/errors.ts';
import { damageOf } from '../base/sqlite.ts';
import { databasesIn } from '../collector/store/backup.ts';
import { isMulticast } from '../wire/address.ts';
import type { Configuration } from './configuration.ts';
import { checkSecret } from './secret.ts';

export interface Finding {
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly what: string;
  /** What to do about it; undefined when all is well. */
  readonly advice: string | undefined;
}

const RECEIVE_BUFFER_WANTED = 8 << 20;
const FREE_BYTES_WANTED = 2e9;
/** Larger databases are left to `store check`: looking through these takes a third of a second. */
const CHECKED_BYTES_MAX = 256 * 2 ** 20;
const NAPI_WANTED = 10;
const MULTICAST_WAIT_MS = 1000;

export async function findings({ agent, collector }: Configuration): Promise<Finding[]> {
  return [
    nodeVersion(),
    dataFolder(collector.data),
    ...privacy(collector.data),
    freeSpace(collector.data),
    ...secret(collector),
    ...databases(collector.data),
    receiveBuffer(),
    procFiles(),
    await webPort(collector.listen, collector.webPort),
    await agentPort(collector.port),
    // IPv6 multicast does not go over loopback, and where the group is an address there is none.
    ...(isIPv4(agent.group) && isMulticast(agent.group) ? [await multicast(agent.group)] : []),
  ];
}

const ok = (what: string): Finding => ({ verdict: 'ok', what, advice: undefined });

function nodeVersion(): Finding {
  const what = `Node ${process.versions.node}`;
  if (Number(process.versions['napi']) >= NAPI_WANTED) return ok(what);
  return {
    verdict: 'fail',
    what,
    advice:
      'SQLite needs Node 22.14 or newer: start by ./clustermon or npm start, which bring Node 24.',
  };
}

/** Makes a folder where the data folder is, or will be, and removes it: permissions alone do not tell whether that works. */
export function dataFolder(folder: string): Finding {
  let place = folder;
  while (!existsSync(place)) place = dirname(place);
  try {
    rmdirSync(mkdtempSync(join(place, '.clustermon-doctor-')));
    return ok(`data folder ${folder}`);
  } catch (error) {
    return {
      verdict: 'fail',
      what: `data folder ${folder}: ${reasonOf(error)}`,
      advice: 'Make it writable for this user, or name another one with --data.',
    };
  }
}

/** The folder that we make is its owner's alone; one that was there before may be anyone's. */
export function privacy(folder: string): Finding[] {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return [];
  return [
    {
      verdict: 'warn',
      what: `data folder ${folder} can be read by other users`,
      advice: `Databases in it tell of machines, rules and people: chmod 700 ${folder}`,
    },
  ];
}

/** Nothing before the first start, which makes one. */
function secret({ data, secretFile }: Configuration['collector']): Finding[] {
  const file = secretFile || join(data, 'secret');
  if (secretFile === '' && !existsSync(file)) return [];
  try {
    checkSecret(file);
    return [ok(`the cluster's secret in ${file}`)];
  } catch (error) {
    return [
      {
        verdict: 'fail',
        what: reasonOf(error),
        advice: 'Restore it from a backup; its owner is the user of the appliance, its mode 0600.',
      },
    ];
  }
}

function databases(folder: string): Finding[] {
  const names = existsSync(folder) ? databasesIn(folder) : [];
  if (names.length === 0) return [];
  const damages = names.flatMap((name): Finding | never[] => {
    const file = join(folder, name);
    const isSmall = statSync(file).size <= CHECKED_BYTES_MAX;
    const what = isSmall ? damageOf(file) : undefined;
    if (what === undefined) return [];
    return {
      verdict: 'fail',
      what: `${file}: ${what}`,
      advice:
        'Restore a backup with `clustermon store restore FOLDER`, or move the file away to begin with an empty one.',
    };
  });
  return damages.length > 0 ? damages : [ok(`databases in ${folder}`)];
}

function freeSpace(folder: string): Finding {
  const { bavail, bsize } = statfsSync(existsSync(folder) ? folder : dirname(folder));
  const free = bavail * bsize;
  const what = `${(free / 1e9).toFixed(1)} GB free for data`;
  if (free >= FREE_BYTES_WANTED) return ok(what);
  return {
    verdict: 'warn',
    what,
    advice:
      '`clustermon store plan` tells what the archives need; free some space or name another folder with --data.',
  };
}

function receiveBuffer(): Finding {
  const max = Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
  const what = `receive buffer of sockets up to ${(max / 1024).toFixed(0)} KiB`;
  // Linux gives a socket twice what it asks for, up to twice rmem_max.
  if (max * 2 >= RECEIVE_BUFFER_WANTED) return ok(what);
  return {
    verdict: 'warn',
    what,
    advice: `Above a few thousand hosts datagrams may be lost; as root: sysctl -w net.core.rmem_max=${RECEIVE_BUFFER_WANTED}`,
  };
}

function procFiles(): Finding {
  const missing = ['stat', 'meminfo', 'diskstats', 'net/dev', 'loadavg'].filter(
    (name) => !existsSync(`/proc/${name}`),
  );
  if (missing.length === 0) return ok('/proc has what the agent reads');
  return {
    verdict: 'warn',
    what: `/proc lacks ${missing.join(', ')}`,
    advice: 'The metrics of these files will be unknown; in a container, mount /proc in full.',
  };
}

async function webPort(host: string, port: number): Promise<Finding> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return ok(`port ${port} on ${host} is free`);
  } catch (error) {
    const used = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    return {
      verdict: used ? 'warn' : 'fail',
      what: `port ${port} on ${host}: ${reasonOf(error)}`,
      advice: used
        ? 'Fine if that is a running clustermon; otherwise set collector.webPort in the configuration.'
        : 'Set collector.listen to an address of this machine.',
    };
  } finally {
    server.close();
  }
}

async function agentPort(port: number): Promise<Finding> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    return ok(`UDP port ${port} for agents is free`);
  } catch (error) {
    return {
      verdict: 'warn',
      what: `UDP port ${port} for agents: ${reasonOf(error)}`,
      advice:
        'Fine if that is a running clustermon; otherwise set collector.port, and agent.port on every host.',
    };
  } finally {
    socket.close();
  }
}

/** Sends one datagram to the group on loopback and waits for it. */
async function multicast(group: string): Promise<Finding> {
  const what = `multicast to ${group} on loopback`;
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    socket.bind(0, '0.0.0.0');
    await once(socket, 'listening');
    socket.addMembership(group, '127.0.0.1');
    socket.setMulticastInterface('127.0.0.1');
    const heard = once(socket, 'message', { signal: AbortSignal.timeout(MULTICAST_WAIT_MS) });
    socket.send('clustermon doctor', socket.address().port, group);
    await heard;
    return ok(what);
  } catch (error) {
    return {
      verdict: 'fail',
      what: `${what}: ${reasonOf(error)}`,
      advice: 'Let agents send to the collector directly: set agent.group to its address.',
    };
  } finally {
    socket.close();
  }
}
