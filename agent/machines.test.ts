/** Every source over the files of several machines, sampled twice a second apart; `golden.json` beside them is what must come out. */
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seriesKey } from '../wire/metric.ts';
import { Sampler } from './sampler.ts';
import { SeriesTable } from './series.ts';
import { quietLog, sourcesOf } from './testing/machine.ts';

const MACHINES = join(import.meta.dirname, 'testdata', 'machines');
/** What depends on the machine that runs the test. */
const NOT_GOLDEN = /^(source_duration|agent_|machine_type)/;

for (const name of readdirSync(MACHINES)) {
  test(`the values of ${name}`, () => {
    const root = mkdtempSync(join(tmpdir(), 'clustermon-machine-'));
    try {
      compare(join(MACHINES, name, 'golden.json'), valuesOf(join(MACHINES, name), root));
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}

function valuesOf(machine: string, root: string): Record<string, number | string | null> {
  const table = new SeriesTable();
  let nowMs = 0;
  cpSync(join(machine, '0'), root, { recursive: true });
  const sources = sourcesOf(root, table, () => nowMs);
  const sampler = new Sampler(sources, { table, monotonicMs: () => nowMs, log: quietLog });
  sampler.sample();
  table.settle(0);
  cpSync(join(machine, '1'), root, { recursive: true });
  nowMs = 1000;
  // All of them, also those that are not due yet.
  for (const { source } of sources) source.read();
  table.settle(1);
  sampler.close();
  const pairs = table.metrics.map(
    ({ name, labels, type }, index): [string, number | string | null] => {
      const number = table.numbers[index] ?? Number.NaN;
      const value = type === 'string' ? (table.strings[index] ?? null) : number;
      return [seriesKey(name, labels), Number.isNaN(value) ? null : value];
    },
  );
  return Object.fromEntries(pairs.filter(([key]) => !NOT_GOLDEN.test(key)));
}

function compare(golden: string, values: object): void {
  if (process.env['UPDATE_GOLDEN'] || !existsSync(golden)) {
    writeFileSync(golden, `${JSON.stringify(values, null, 1)}\n`);
    assert.fail(`${golden} was written; look at it and run again`);
  }
  assert.deepEqual(values, JSON.parse(readFileSync(golden, 'utf8')));
}
