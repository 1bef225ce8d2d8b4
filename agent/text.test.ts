import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ColumnNumbers } from './columns.ts';
import { KeyedNumbers } from './keyed.ts';
import { FileReader, KeptFile, Scanner, textOf } from './text.ts';

const numbers: { text: string; values: number[] }[] = [
  { text: '0', values: [0, Number.NaN] },
  { text: '  12\t34 x', values: [12, 34, Number.NaN] },
  { text: '0.15 10.09 -1', values: [0.15, 10.09, -1] },
  { text: '18446744073709551615', values: [18446744073709552000] },
  { text: '7\n8', values: [7, Number.NaN] },
  { text: '', values: [Number.NaN] },
  { text: '1.2.3', values: [1.2] },
];
for (const { text, values } of numbers) {
  test(`numbers in ${JSON.stringify(text)}`, () => {
    const scanner = new Scanner();
    scanner.start(textOf(text));
    assert.deepEqual(
      values.map(() => scanner.number()),
      values,
    );
  });
}

test('keys are found where they were, where they moved to, and not at all', () => {
  const keyed = new KeyedNumbers(['MemFree:', 'Cached:', 'Missing:']);
  const texts = [
    ['MemFree: 1 kB\nSwapCached: 9 kB\nCached: 22 kB\n', [1, 22, Number.NaN]],
    ['MemFree: 100 kB\nSwapCached: 9 kB\nCached: 23 kB\n', [100, 23, Number.NaN]],
    ['New: 5\nMemFree: 3 kB\nSwapCached: 1234567 kB\nCached: 24 kB\n', [3, 24, Number.NaN]],
  ] as const;
  for (const [text, values] of texts) {
    keyed.parse(textOf(text));
    assert.deepEqual([...keyed.values], values);
  }
});

test('a key that only stands in what an earlier, longer text left behind is not there', () => {
  const { bytes } = textOf('Aaaa: 1\nOld: 7\n');
  const keyed = new KeyedNumbers(['Old:']);
  keyed.parse({ bytes, end: '\nAaaa: 1\n'.length });
  assert.deepEqual([...keyed.values], [Number.NaN]);
});

test('columns are found again when the titles change', () => {
  const columns = new ColumnNumbers(['Tcp.Out', 'Udp.In', 'Udp.Gone']);
  columns.parse(textOf('Icmp: A\nIcmp: 1\nTcp: In Out\nTcp: -1 20\nUdp: In\nUdp: 3\n'));
  assert.deepEqual([...columns.values], [20, 3, Number.NaN]);
  columns.parse(textOf('Icmp: A Bbb\nIcmp: 1 2\nTcp: In Out\nTcp: 1 200\nUdp: In\nUdp: 4\n'));
  assert.deepEqual([...columns.values], [200, 4, Number.NaN]);
});

test('a file larger than the buffer is read whole, and again from its start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-text-'));
  try {
    const path = join(folder, 'large');
    const contents = '0123456789\n'.repeat(10_000);
    writeFileSync(path, contents);
    const file = new KeptFile(path, new FileReader());
    for (let time = 0; time < 2; time += 1) {
      const { bytes, end } = file.read();
      assert.equal(bytes.toString('latin1', 1, end), contents);
    }
    file.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
