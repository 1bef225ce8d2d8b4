/** Runs testdata/*.archive: what is written, and what must be read back at each step. The first of the files explains the language. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Archive, blockStart, layoutArchives } from '../archive/layout.ts';
import { HostReplica } from '../hosts/host-replica.ts';
import { openSamples } from './block-store.ts';
import { openSampleStore } from './sample-reader.ts';
import type { Column, SampleStore } from './sample-store.ts';
import { SampleWriter } from './sample-writer.ts';

const HOST = 3;
const TESTDATA = join(import.meta.dirname, 'testdata');

/** The archives of one host, written block by block as the ingest thread does. */
class Archives {
  readonly #folder = mkdtempSync(join(tmpdir(), 'clustermon-archive-'));
  readonly #file = join(this.#folder, 'samples.db');
  readonly #specs: readonly string[];
  readonly #finest: Archive;
  readonly #database;
  readonly #writer: SampleWriter;
  readonly #store: SampleStore;
  #nowS = 0;

  constructor(specs: readonly string[]) {
    this.#specs = specs;
    const archives = layoutArchives(specs);
    this.#finest = archives[0] as Archive;
    this.#database = openSamples(this.#file, archives);
    this.#writer = new SampleWriter(this.#database, archives);
    this.#store = openSampleStore({
      file: this.#file,
      archives: this.#specs,
      hosts: new HostReplica(),
      nowS: () => this.#nowS,
    });
  }

  load(series: number, fromS: number, values: readonly number[]): void {
    const { spanSeconds } = this.#finest;
    const toS = fromS + values.length;
    this.#nowS = Math.max(this.#nowS, toS);
    let start = blockStart(this.#finest, HOST, fromS);
    for (; start < toS; start += spanSeconds) {
      const column = Float64Array.from(
        { length: spanSeconds },
        (_, row) => values[start + row - fromS] ?? Number.NaN,
      );
      this.#writer.put(HOST, start, new Map([[series, column]]));
    }
    assert.ok(this.#writer.flush(), this.#writer.failure);
  }

  read(
    series: number,
    { step, fromS, rows }: { step: number; fromS: number; rows: number },
  ): Column {
    const archive = this.#store.archives.find(({ stepSeconds }) => stepSeconds === step);
    assert.ok(archive, `no archive of ${step} s`);
    const toS = fromS + rows * step;
    const read = this.#store.read({ host: HOST, series: [series], fromS, toS, archive });
    assert.equal(read.rowCount, rows);
    return read.columns[0] as Column;
  }

  remove(): void {
    this.#store.close();
    this.#database.close();
    rmSync(this.#folder, { recursive: true });
  }
}

function parseValues(words: readonly string[]): number[] {
  return words.flatMap((word) => {
    const match = /^(_|-?[\d.]+)(?:\+([\d.]+))?(?:x(\d+))?$/.exec(word);
    assert.ok(match, `not a value: ${word}`);
    const first = match[1] === '_' ? Number.NaN : Number(match[1]);
    const growth = Number(match[2] ?? 0);
    return Array.from({ length: Number(match[3] ?? 1) }, (_, index) => first + growth * index);
  });
}

function runScript(text: string): number {
  let archives: Archives | undefined;
  let expectations = 0;
  const series: string[] = [];
  const seriesOf = (name: string) => {
    if (!series.includes(name)) series.push(name);
    return series.indexOf(name);
  };
  try {
    for (const [index, line] of text.split('\n').entries()) {
      const [command, ...words] = line.replace(/#.*/, '').trim().split(/\s+/);
      const settings = Object.fromEntries(
        words
          .filter((word) => word.includes('='))
          .map((word) => word.split('=') as [string, string]),
      );
      const [name = '', ...values] = words.filter((word) => !word.includes('='));
      const fromS = Number(settings['from']);
      if (command === 'archives') archives = new Archives(words);
      else if (command === 'load') archives?.load(seriesOf(name), fromS, parseValues(values));
      else if (command === 'expect') {
        const [metric = '', ...wanted] = values;
        const range = { step: Number(settings['step']), fromS, rows: wanted.length };
        const column = archives?.read(seriesOf(metric), range);
        const found = [...(column?.[name as keyof Column] ?? [])];
        assert.deepEqual(found, parseValues(wanted), `line ${index + 1}: ${line}`);
        expectations += 1;
      } else assert.equal(command, '', `line ${index + 1}: unknown command ${command}`);
    }
  } finally {
    archives?.remove();
  }
  return expectations;
}

for (const name of readdirSync(TESTDATA).filter((file) => file.endsWith('.archive'))) {
  test(`script ${name}`, () => {
    assert.ok(runScript(readFileSync(join(TESTDATA, name), 'utf8')) > 5);
  });
}

test('a script that expects the wrong thing fails', () => {
  const script =
    'archives 1s:1h\nload from=1000000000 cpu 1\nexpect average step=1 from=1000000000 cpu 2';
  assert.throws(() => runScript(script), /line 3/);
});

/** The slow, obvious way: every sample in one list. */
function foldModel(samples: ReadonlyMap<number, number>, fromS: number, step: number) {
  const known: number[] = [];
  for (let second = fromS; second < fromS + step; second += 1) {
    const value = samples.get(second);
    if (value !== undefined && !Number.isNaN(value)) known.push(value);
  }
  const sum = known.reduce((total, value) => total + value, 0);
  return {
    count: known.length,
    average: known.length === 0 ? Number.NaN : sum / known.length,
    min: known.length === 0 ? Number.NaN : Math.min(...known),
    max: known.length === 0 ? Number.NaN : Math.max(...known),
  };
}

test('law: whatever is loaded in whatever order, every archive tells what the samples tell', () => {
  const base = 1_000_000_000 - (1_000_000_000 % 600);
  const value = fc.oneof(
    fc.constant(Number.NaN),
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10),
  );
  const load = fc.record({
    offset: fc.nat(3000),
    values: fc.array(value, { minLength: 1, maxLength: 400 }),
  });
  fc.assert(
    fc.property(fc.array(load, { minLength: 1, maxLength: 6 }), (loads) => {
      const archives = new Archives(['1s:2h', '10s:12h', '1m:2d', '10m:30d']);
      const samples = new Map<number, number>();
      try {
        for (const { offset, values } of loads) {
          archives.load(0, base + offset, values);
          for (const [index, one] of values.entries()) {
            if (!Number.isNaN(one)) samples.set(base + offset + index, one);
          }
        }
        for (const step of [1, 10, 60, 600]) {
          const rows = 3600 / step;
          const column = archives.read(0, { step, fromS: base, rows });
          for (let row = 0; row < rows; row += 1) {
            const model = foldModel(samples, base + row * step, step);
            assert.equal(column.count[row], model.count, `count of row ${row} of ${step} s`);
            assert.equal(column.min[row], model.min);
            assert.equal(column.max[row], model.max);
            const apart = Math.abs((column.average[row] ?? 0) - model.average);
            assert.ok(Number.isNaN(model.average) || apart < 1e-9, `average apart by ${apart}`);
          }
        }
      } finally {
        archives.remove();
      }
    }),
    { numRuns: 10 },
  );
});
