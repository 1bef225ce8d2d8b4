import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { InputError } from '../../../base/errors.ts';
import { blankDisk, type DiskPlan, planDisks } from './plan.ts';

interface GoldenPlan {
  readonly disks: string;
  readonly bytes: number;
  readonly sector: number;
  readonly count: number;
  readonly ram_kib: number;
  readonly error?: readonly string[];
  readonly commands?: readonly string[];
  readonly fstab?: readonly string[];
  readonly disk_var?: readonly string[];
}

const here = new URL('testdata/', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('setup-storage.json', here), 'utf8')) as {
  configs: Record<string, { plans: readonly GoldenPlan[] }>;
};

for (const [name, { plans }] of Object.entries(golden.configs)) {
  const text = readFileSync(new URL(name, here), 'utf8');
  for (const expected of plans) {
    test(`setup-storage plans ${name} on ${expected.disks}`, () => checkGolden(text, expected));
  }
}

function checkGolden(text: string, expected: GoldenPlan): void {
  const disks = ['sda', 'sdb', 'sdc', 'sdd']
    .slice(0, expected.count)
    .map((name) => blankDisk(`/dev/${name}`, expected.bytes, expected.sector));
  const plan = () => planDisks(text, disks, { ramBytes: expected.ram_kib * 1024 });
  if (expected.error) {
    assert.throws(plan, (error: InputError) => error.line !== undefined && error.line > 0);
    return;
  }
  const made = plan();
  const commands = expected.commands ?? [];
  assert.deepEqual(partitionsOf(made), partitionsOfCommands(commands));
  assert.deepEqual(filesystemsOf(made), filesystemsOfCommands(commands));
  assert.deepEqual(made.fstab, expected.fstab);
  assert.deepEqual(made.variables, variablesOf(expected.disk_var ?? []));
  for (const [, name, size, group] of matches(commands, /^lvcreate .*-n (\S+) -L (\S+) (\S+)$/)) {
    const volume = made.volumes.find((one) => one.device === `/dev/${group}/${name}`);
    assert.ok(Math.abs((volume?.size ?? 0) - Number(size) * 1024 ** 2) < 2, `${group}/${name}`);
  }
}

/** `/dev/sda type start end`, sorted, as both sides say it. */
function partitionsOf(plan: DiskPlan): readonly string[] {
  return Object.entries(plan.disks)
    .flatMap(([disk, parts]) =>
      parts
        .filter((one) => one.start !== undefined)
        .map((one) => `${disk} ${one.start} ${one.end}`),
    )
    .toSorted();
}

function partitionsOfCommands(commands: readonly string[]): readonly string[] {
  return matches(commands, /^parted -s \/dev\/(\S+) mkpart .* (\d+)B (\d+)B$/)
    .map(([, disk, start, end]) => `${disk} ${start} ${end}`)
    .toSorted();
}

function filesystemsOf(plan: DiskPlan): readonly string[] {
  return [...Object.values(plan.disks).flat(), ...plan.volumes]
    .filter((one) => one.filesystem !== '-')
    .map((one) => `${one.filesystem} ${one.device}`)
    .toSorted();
}

function filesystemsOfCommands(commands: readonly string[]): readonly string[] {
  const made = matches(commands, /^(?:mkfs\.(\S+)|mk(swap)) .*?(\/dev\/\S+)$/);
  return made
    .filter(([, , , device]) => !device?.startsWith('/dev/md'))
    .map(([, filesystem, swap, device]) => `${filesystem ?? swap} ${device}`)
    .toSorted();
}

function variablesOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    matches(lines, /^(\w+)=\$\{\w+:-"?([^"]*)"?\}$/).map(([, name, value]) => [name, value]),
  );
}

function matches(lines: readonly string[], pattern: RegExp): readonly RegExpExecArray[] {
  return lines.map((line) => pattern.exec(line)).filter((match) => match !== null);
}
