import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { seriesKey } from '../../wire/metric.ts';
import { SeriesTable, SourceTable } from '../series.ts';
import { FailedUnits } from './failed-units.ts';

const folder = mkdtempSync(join(tmpdir(), 'clustermon-systemctl-'));
after(() => rmSync(folder, { recursive: true }));

/** Values after each of several runs, those that are unknown or gone left out. @param scripts what systemctl does in each run */
async function valuesAfter(...scripts: readonly string[]): Promise<Record<string, number>[]> {
  const systemctl = join(folder, 'systemctl');
  const table = new SeriesTable();
  const probe = new FailedUnits(systemctl, new SourceTable(table));
  const shown: Record<string, number>[] = [];
  for (const script of scripts) {
    writeFileSync(systemctl, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await probe.run(AbortSignal.timeout(10_000));
    const values = table.metrics.map(
      ({ name, labels }, index) => [seriesKey(name, labels), table.numbers[index]!] as const,
    );
    shown.push(Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value))));
  }
  return shown;
}

/** As systemctl of Debian 12 prints it. */
const TWO = `cat <<'END'
dev-disk-by\\x2duuid-1f.swap loaded    failed failed /dev/disk/by-uuid/1f
nfs-mounts.service          not-found failed failed nfs-mounts.service
END`;

test('failed units have a series each until they are repaired', async () => {
  const two = {
    systemd_units_failed: 2,
    [seriesKey('systemd_unit_failed', { unit: 'dev-disk-by\\x2duuid-1f.swap' })]: 1,
    [seriesKey('systemd_unit_failed', { unit: 'nfs-mounts.service' })]: 1,
  };
  const none = { systemd_units_failed: 0 };
  assert.deepEqual(await valuesAfter('', TWO, ''), [none, two, none]);
});

test('many failed units are counted, 32 of them named', async () => {
  const [values] = await valuesAfter('for i in $(seq 40); do echo u$i.service loaded; done');
  assert.equal(values?.['systemd_units_failed'], 40);
  assert.equal(Object.keys(values ?? {}).length, 1 + 32);
});

test('a systemctl that cannot ask systemd tells nothing', async () => {
  await assert.rejects(valuesAfter('exit 1'), /systemctl ended with status 1/);
  await assert.rejects(valuesAfter('kill -9 $$'), /systemctl was killed/);
});
