import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesKey } from '../../wire/metric.ts';
import type { CommandResult } from '../plugins/run-command.ts';
import { SeriesTable, SourceTable } from '../series.ts';
import { FailedUnits } from './failed-units.ts';

/** Values after each of several runs, those that are unknown or gone left out. */
async function valuesAfter(...results: readonly CommandResult[]) {
  const table = new SeriesTable();
  const left = [...results];
  const probe = new FailedUnits(new SourceTable(table), async () => left.shift()!);
  const shown: Record<string, number>[] = [];
  while (left.length > 0) {
    await probe.run(AbortSignal.timeout(10_000));
    const values = table.metrics.map(
      ({ name, labels }, index) => [seriesKey(name, labels), table.numbers[index]!] as const,
    );
    shown.push(Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value))));
  }
  return shown;
}

const listing = (output: string): CommandResult => ({ status: 0, output });

/** As systemctl of Debian 12 prints it. */
const TWO = `dev-disk-by\\x2duuid-1f.swap loaded failed failed /dev/disk/by-uuid/1f
nfs-mounts.service         not-found failed failed nfs-mounts.service
`;

test('failed units have a series each until they are repaired', async () => {
  const shown = await valuesAfter(listing(''), listing(TWO), listing(''));
  const two = {
    systemd_units_failed: 2,
    [seriesKey('systemd_unit_failed', { unit: 'dev-disk-by\\x2duuid-1f.swap' })]: 1,
    [seriesKey('systemd_unit_failed', { unit: 'nfs-mounts.service' })]: 1,
  };
  assert.deepEqual(shown, [{ systemd_units_failed: 0 }, two, { systemd_units_failed: 0 }]);
});

test('many failed units are counted, 32 of them named', async () => {
  const many = Array.from({ length: 40 }, (_, index) => `u${index}.service loaded failed failed U`);
  const [values] = await valuesAfter(listing(`${many.join('\n')}\n`));
  assert.equal(values?.['systemd_units_failed'], 40);
  assert.equal(Object.keys(values ?? {}).length, 1 + 32);
});

test('a systemctl that cannot ask systemd tells nothing', async () => {
  await assert.rejects(valuesAfter({ status: 1, output: '' }), /systemctl ended with status 1/);
  await assert.rejects(valuesAfter({ status: undefined, output: '' }), /signal/);
});
