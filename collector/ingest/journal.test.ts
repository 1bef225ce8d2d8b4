import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Journal } from './journal.ts';

function inFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-journal-'));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const MINUTE_MS = 60_000;
const START_MS = 1_800_000_000_000;

function read(folder: string): [string, number][] {
  return [...new Journal(folder).read()].map(({ datagram, receivedMs }) => [
    Buffer.from(datagram).toString(),
    receivedMs - START_MS,
  ]);
}

test('what was appended comes back in order, over minutes and processes', () =>
  inFolder((folder) => {
    for (const process of [0, 1]) {
      const journal = new Journal(folder);
      for (const minute of [0, 1, 2]) {
        const text = Buffer.from(`process ${process} minute ${minute}`);
        journal.append(text, START_MS + minute * MINUTE_MS + process);
      }
      journal.close();
    }
    assert.deepEqual(
      read(folder),
      [0, 1, 2].flatMap((minute) =>
        [0, 1].map((process) => [
          `process ${process} minute ${minute}`,
          minute * MINUTE_MS + process,
        ]),
      ),
    );
  }));

test('what was not flushed is not there, a record that was cut off neither', () =>
  inFolder((folder) => {
    const journal = new Journal(folder);
    journal.append(Buffer.from('one'), START_MS);
    journal.flush();
    journal.append(Buffer.from('two'), START_MS);
    const [file = ''] = readdirSync(folder);
    appendFileSync(join(folder, file), Uint8Array.of(200, 0, 0, 0, 1, 2, 3));
    assert.deepEqual(read(folder), [['one', 0]]);
  }));

const foreign: [name: string, bytes: Uint8Array][] = [
  ['zeros, as after a loss of power', new Uint8Array(4096)],
  ['noise', Uint8Array.from({ length: 4096 }, (_, index) => (index * 89) % 251)],
];
for (const [name, bytes] of foreign) {
  test(`${name}: end their file, not the others`, () =>
    inFolder((folder) => {
      writeFileSync(join(folder, `${START_MS / MINUTE_MS}-0.journal`), bytes);
      const journal = new Journal(folder);
      journal.append(Buffer.from('one'), START_MS);
      journal.flush();
      const [, file = ''] = readdirSync(folder).sort();
      appendFileSync(join(folder, file), bytes);
      journal.append(Buffer.from('two'), START_MS + MINUTE_MS);
      journal.close();
      assert.deepEqual(read(folder), [
        ['one', 0],
        ['two', MINUTE_MS],
      ]);
    }));
}

test('old minutes are deleted, the one of the limit is not', () =>
  inFolder((folder) => {
    const journal = new Journal(folder);
    for (const minute of [0, 1, 2])
      journal.append(Buffer.of(minute), START_MS + minute * MINUTE_MS);
    journal.flush();
    journal.dropBefore((START_MS + 2 * MINUTE_MS) / 1000 - 1);
    assert.deepEqual(
      read(folder).map(([, ms]) => ms),
      [MINUTE_MS, 2 * MINUTE_MS],
    );
  }));

test('a folder that is gone: the failure is told, and over when it is back', () =>
  inFolder((folder) => {
    const journal = new Journal(join(folder, 'journal'));
    rmSync(join(folder, 'journal'), { recursive: true });
    journal.append(Buffer.from('lost'), START_MS);
    journal.flush();
    assert.match(journal.failure ?? '', /ENOENT/);
    new Journal(join(folder, 'journal')).close();
    journal.append(Buffer.from('kept'), START_MS + 1);
    journal.flush();
    assert.equal(journal.failure, undefined);
    assert.deepEqual(read(join(folder, 'journal')), [['kept', 1]]);
  }));
