/** What machines send, checked field by field: anyone on the boot network can send it. */
import { InputError } from '../../base/errors.ts';
import type { NodeHardware, NodePartition, NodeVolume } from '../../wire/pxe.ts';
import {
  type FoundClasses,
  type Hello,
  INSTALL_TASKS,
  REPORT_LINE_LENGTH_MAX,
  REPORT_LINES_MAX,
  type Report,
  type TicketHolder,
} from './protocol.ts';

const TEXT_MAX = 200;
const CLASSES_MAX = 500;
const PARTS_MAX = 256;

type Body = Readonly<Record<string, unknown>>;

export function readHello(body: unknown): Hello {
  const from = record(body, 'body');
  return { mac: text(from, 'mac'), ...uuidOf(from), hardware: readHardware(from['hardware']) };
}

export function readClasses(body: unknown): FoundClasses {
  const from = record(body, 'body');
  const classes = list(from['classes'], 'classes', CLASSES_MAX).map((one) => {
    if (typeof one !== 'string' || !/^[A-Za-z0-9_.-]{1,100}$/.test(one)) throw wrong('classes');
    return one;
  });
  return { mac: text(from, 'mac'), classes };
}

export function readReport(body: unknown): Report {
  const from = record(body, 'body');
  const task = INSTALL_TASKS.find((one) => one === from['task']);
  const event = (['begin', 'progress', 'end', 'failed'] as const).find(
    (one) => one === from['event'],
  );
  if (!task) throw wrong('task');
  if (!event) throw wrong('event');
  const lines = list(from['lines'] ?? [], 'lines', REPORT_LINES_MAX).map((line) =>
    String(line).slice(0, REPORT_LINE_LENGTH_MAX),
  );
  return {
    mac: text(from, 'mac'),
    task,
    event,
    lines,
    ...(typeof from['reason'] === 'string' && {
      reason: from['reason'].slice(0, REPORT_LINE_LENGTH_MAX),
    }),
    ...count(from, 'percent', 100),
    ...count(from, 'bytesPerSecond', Number.MAX_SAFE_INTEGER),
    ...count(from, 'code', 999),
  };
}

export function readTicketHolder(body: unknown): TicketHolder {
  const from = record(body, 'body');
  return { mac: text(from, 'mac'), ticket: text(from, 'ticket'), ...uuidOf(from) };
}

function readHardware(value: unknown): NodeHardware {
  const from = record(value, 'hardware');
  const firmware = (['bios', 'uefi'] as const).find((one) => one === from['firmware']);
  return {
    ...some(from, ['vendor', 'product', 'serial', 'cpu']),
    ...count(from, 'cores', 100_000),
    ...count(from, 'memoryBytes', Number.MAX_SAFE_INTEGER),
    ...(firmware && { firmware }),
    disks: list(from['disks'] ?? [], 'hardware.disks', PARTS_MAX).map((one) => {
      const disk = record(one, 'hardware.disks');
      return {
        name: text(disk, 'name'),
        sizeBytes: required(disk, 'sizeBytes', Number.MAX_SAFE_INTEGER),
        ...some(disk, ['serial', 'model']),
        partitions: list(disk['partitions'] ?? [], 'hardware.disks.partitions', PARTS_MAX).map(
          readPartition,
        ),
      };
    }),
    volumes: list(from['volumes'] ?? [], 'hardware.volumes', PARTS_MAX).map(readVolume),
    nics: list(from['nics'] ?? [], 'hardware.nics', PARTS_MAX).map((one) => {
      const nic = record(one, 'hardware.nics');
      return { name: text(nic, 'name'), mac: text(nic, 'mac') };
    }),
  };
}

function readPartition(value: unknown): NodePartition {
  const from = record(value, 'hardware.disks.partitions');
  return {
    number: required(from, 'number', PARTS_MAX),
    startBytes: required(from, 'startBytes', Number.MAX_SAFE_INTEGER),
    sizeBytes: required(from, 'sizeBytes', Number.MAX_SAFE_INTEGER),
    ...some(from, ['fileSystem']),
  };
}

function readVolume(value: unknown): NodeVolume {
  const from = record(value, 'hardware.volumes');
  return {
    path: text(from, 'path'),
    kind: text(from, 'kind'),
    ...count(from, 'sizeBytes', Number.MAX_SAFE_INTEGER),
    devices: list(from['devices'] ?? [], 'hardware.volumes.devices', PARTS_MAX).map(String),
  };
}

function uuidOf(from: Body): { uuid?: string } {
  return from['uuid'] === undefined ? {} : { uuid: text(from, 'uuid') };
}

function some<K extends string>(from: Body, keys: readonly K[]): Partial<Record<K, string>> {
  const given = keys.filter((key) => from[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, text(from, key)])) as Partial<
    Record<K, string>
  >;
}

function text(from: Body, key: string): string {
  const value = from[key];
  if (typeof value !== 'string' || value === '' || value.length > TEXT_MAX) throw wrong(key);
  return value;
}

function count<K extends string>(from: Body, key: K, max: number): Partial<Record<K, number>> {
  const value = from[key];
  if (value === undefined) return {};
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > max)
    throw wrong(key);
  return { [key]: value } as Record<K, number>;
}

function required(from: Body, key: string, max: number): number {
  const value = count(from, key, max)[key];
  if (value === undefined) throw wrong(key);
  return value;
}

function list(value: unknown, key: string, max: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > max) throw wrong(key);
  return value;
}

function record(value: unknown, key: string): Body {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(key);
  return value as Body;
}

function wrong(field: string): InputError {
  return new InputError('installer-body', `${field} is missing or not what it should be`, {
    field,
  });
}
