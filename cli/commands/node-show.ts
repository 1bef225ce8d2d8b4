import type { Command } from 'commander';
import type { HostDetail, HostSummary } from '../../wire/http.ts';
import type { Labels } from '../../wire/metric.ts';
import type { AuditEntry, NodeHardware } from '../../wire/pxe.ts';
import { type Client, clientOf } from '../client.ts';
import { fetchMachines, type Machine } from '../machines.ts';
import { selectNodes } from '../node-set.ts';
import { print, printJson } from '../output.ts';
import { ago } from './node-list.ts';

export function register(node: Command): void {
  node
    .command('show <nodes...>')
    .description('all that is known about machines')
    .option('--json', 'print JSON')
    .action(async (sets: string[], { json }: { json?: boolean }, command: Command) => {
      const client = clientOf(command);
      const machines = selectNodes(sets, await fetchMachines(client));
      const chosen = await Promise.all(
        machines.map(async (machine) => ({
          ...machine,
          facts: await factsOf(machine, client),
          changes: await changesOf(machine, client),
        })),
      );
      if (json) printJson(chosen.map(({ aliases: _aliases, ...machine }) => machine));
      else print(chosen.map((machine) => describe(machine)).join('\n'));
    });
}

/** What the machine's agent tells of it: operating system, processor, disks… None for a machine without one. */
async function factsOf({ host }: Machine, client: Client): Promise<Labels> {
  return host ? (await client.get<HostDetail>(`/api/hosts/${host.id}`)).facts : {};
}

const CHANGES_SHOWN = 5;

/** Who decided what about it, newest first. */
async function changesOf({ node }: Machine, client: Client): Promise<readonly AuditEntry[]> {
  if (!node) return [];
  const path = `/api/pxe/nodes/${encodeURIComponent(node.name)}/audit`;
  const { entries } = await client.get<{ entries: readonly AuditEntry[] }>(path);
  return entries.slice(0, CHANGES_SHOWN);
}

/** Clocks that differ by less are well: datagrams are on their way for some of it. */
const CLOCK_OFF_MS = 1000;

function clockOf({ clockOffsetMs }: HostSummary): string | undefined {
  if (Math.abs(clockOffsetMs) < CLOCK_OFF_MS) return undefined;
  const seconds = Math.abs(clockOffsetMs / 1000).toFixed(1);
  return `${seconds} s ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`;
}

type MachineWithFacts = Machine & {
  readonly facts: Labels;
  readonly changes?: readonly AuditEntry[];
};

export function describe(machine: MachineWithFacts): string {
  const { name, state, address, rack, classes, node, host, facts, changes = [] } = machine;
  const since = node ? `, since ${ago(Date.now() - node.changedMs).replace(' ago', '')}` : '';
  const place = [rack && `rack ${rack}`, node?.unit && `unit ${node.unit}`]
    .filter(Boolean)
    .join(', ');
  const quirks = Object.entries(node?.quirks ?? {}).map(([key, value]) => `${key}=${value}`);
  const fields: [string, string | undefined][] = [
    ['state', state + since],
    ['failure', node?.failure],
    ['expected next', node?.expectedNext],
    [
      'last contact',
      node?.lastContact && `${ago(Date.now() - node.lastContact.atMs)}, ${node.lastContact.what}`,
    ],
    ['address', address],
    ['MAC', node?.macs.join(', ')],
    ['UUID', node?.uuid],
    ['architecture', node?.architecture],
    ['place', place || undefined],
    ['classes', classes.join(' ') || undefined],
    ['quirks', quirks.join(' ') || undefined],
    ...hardwareFields(node?.hardware),
    ['host id', host?.id ?? node?.agentId],
    ['series', host && String(host.seriesCount)],
    ['clock', host && clockOf(host)],
    ...Object.entries(facts).sort(),
    ...changes.map((one): [string, string] => ['changed', changeOf(one)]),
  ];
  const lines = fields.flatMap(([label, value]) =>
    value ? [`  ${label.padEnd(13)} ${value}`] : [],
  );
  return `${name}\n${lines.join('\n')}\n`;
}

function changeOf({ atMs, action, who, from, detail }: AuditEntry): string {
  const time = new Date(atMs).toISOString().replace('T', ' ').slice(0, 19);
  return `${time}, ${action} by ${who} from ${from}${detail && `: ${detail}`}`;
}

function hardwareFields(hardware: NodeHardware | undefined): [string, string | undefined][] {
  if (!hardware) return [];
  const {
    vendor,
    product,
    serial,
    cpu,
    cores,
    memoryBytes,
    firmware,
    disks = [],
    volumes = [],
  } = hardware;
  return [
    ['machine', [vendor, product].filter(Boolean).join(' ') || undefined],
    ['serial', serial],
    ['processor', cpu && `${cpu}${cores ? `, ${cores} cores` : ''}`],
    ['memory', memoryBytes === undefined ? undefined : gib(memoryBytes)],
    ['firmware', firmware],
    ...disks.map((disk): [string, string] => [
      `disk ${disk.name}`,
      [
        gib(disk.sizeBytes),
        disk.model,
        disk.serial && `serial ${disk.serial}`,
        ...(disk.partitions ?? []).map((one) => `${one.number} ${one.fileSystem ?? 'unknown'}`),
      ]
        .filter(Boolean)
        .join(', '),
    ]),
    ...volumes.map(({ path, kind, devices }): [string, string] => [
      path.replace('/dev/', ''),
      `${kind} on ${devices.join(' ')}`,
    ]),
  ];
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
