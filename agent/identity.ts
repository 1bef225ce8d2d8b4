/** Who this agent is: its id, its host name and the number of its boot. */
import { randomBytes } from 'node:crypto';
import {
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { agentIdOf } from '../base/agent-id.ts';
import { makeFolder } from '../base/data-folder.ts';
import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { AGENT_ID_SIZE, agentIdFromHex, agentIdToHex } from '../wire/packet.ts';

export interface IdentityPorts {
  readonly data: string;
  /** Root of what is read: `/etc/machine-id`, `/proc`, `/run/netns` below it. */
  readonly root: string;
  readonly log: Log;
}

/**
 * The agent's id: derived from /etc/machine-id, which itself must not leave the machine (machine-id(5)); random and kept in the
 * data folder where there is none.
 * @param namespace see `networkNamespace`: agents in several namespaces of one machine are several hosts
 * @returns 16 bytes as latin-1 characters
 */
export function agentId(ports: IdentityPorts, namespace: string | undefined): string {
  const machine = readMachineId(join(ports.root, 'etc/machine-id'));
  if (machine === undefined) return keptRandomId(ports);
  return agentIdOf(machine, namespace).toString('latin1');
}

function readMachineId(file: string): Uint8Array | undefined {
  const text = readText(file)?.trim() ?? '';
  // "uninitialized" is there while an image boots for the first time.
  return /^[0-9a-f]{32}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

function keptRandomId({ data, log }: IdentityPorts): string {
  const file = join(data, 'agent-id');
  const kept = agentIdFromHex(readText(file)?.trim() ?? '');
  if (kept !== undefined) return kept;
  const id = randomBytes(AGENT_ID_SIZE).toString('latin1');
  keep(file, agentIdToHex(id), log);
  return id;
}

/**
 * The network namespace that this process is in, when it is not that of the machine's first process: its name below /run/netns, or
 * its number.
 */
export function networkNamespace(root: string): string | undefined {
  const own = readLink(join(root, 'proc/self/ns/net'));
  if (own === undefined) return undefined;
  const name = nameOfNamespace(join(root, 'run/netns'), own);
  if (name !== undefined) return name;
  // The link of the first process may be hidden from us, even as root.
  const first = readLink(join(root, 'proc/1/ns/net'));
  return first === undefined || own === first ? undefined : own;
}

function nameOfNamespace(folder: string, link: string): string | undefined {
  const number = Number(/\d+/.exec(link)?.[0]);
  try {
    return readdirSync(folder).find((name) => statSync(join(folder, name)).ino === number);
  } catch {
    return undefined;
  }
}

/**
 * A number larger than that of every boot before: the clock, or one more than the last number when the clock went back.
 * @param nowMs milliseconds since the epoch
 */
export function nextBoot({ data, log }: IdentityPorts, nowMs: number): number {
  const file = join(data, 'agent-boot');
  const last = Number(readText(file) ?? Number.NaN);
  const boot = last >= nowMs ? last + 1 : nowMs;
  keep(file, String(boot), log);
  return boot;
}

/** A folder that cannot be written is no reason not to run: the clock serves, and a random id that lasts until the end. */
function keep(file: string, text: string, log: Log): void {
  try {
    makeFolder(dirname(file));
    const next = `${file}.${process.pid}`;
    writeFileSync(next, `${text}\n`);
    renameSync(next, file);
  } catch (error) {
    log.warn('identity-not-kept', { file, reason: reasonOf(error) });
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
