/** What goes wrong with the file: two collectors, no room, damage, another version, a kill in the middle. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { type Archive, blockStart, layoutArchives } from '../archive/layout.ts';
import { backupFolder, restoreFolder } from './backup.ts';
import { BlockStore, openSamples } from './block-store.ts';
import { checkSamples } from './check.ts';
import { lockFolder } from './lock.ts';
import { SampleWriter } from './sample-writer.ts';

const SPECS = ['1s:1h', '10s:6h'];
const ARCHIVES = layoutArchives(SPECS);
const FINEST = ARCHIVES[0] as Archive;
const START = 1_000_000_000;

async function inFolder(
  run: (folder: string, file: string) => void | Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-store-'));
  try {
    await run(folder, join(folder, 'samples.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function columns(value: number): Map<number, Float64Array> {
  const noise = (row: number, id: number) => value + ((row * 7919 * (id + 1)) % 1000) / 10;
  return new Map(
    Array.from({ length: 50 }, (_, id) => [
      id,
      Float64Array.from({ length: FINEST.spanSeconds }, (_unused, row) => noise(row, id)),
    ]),
  );
}

/** A database with some blocks of some hosts, closed. */
function fill(file: string, hosts = 20): void {
  const database = openSamples(file, ARCHIVES);
  const writer = new SampleWriter(database, ARCHIVES);
  for (let host = 1; host <= hosts; host += 1) {
    for (let block = 0; block < 5; block += 1)
      writer.put(host, startOf(host, block), columns(host));
  }
  assert.ok(writer.flush(), writer.failure);
  database.close();
}

function startOf(host: number, block: number): number {
  return blockStart(FINEST, host, START) + block * FINEST.spanSeconds;
}

test('a second collector on the same folder is refused, and welcome when the first is gone', () =>
  inFolder((folder) => {
    const unlock = lockFolder(folder);
    assert.throws(() => lockFolder(folder), { code: 'data-locked', message: /--data/ });
    unlock();
    lockFolder(folder)();
  }));

test('a full disk: blocks wait in memory and are written when there is room', () =>
  inFolder((_, file) => {
    const database = openSamples(file, ARCHIVES);
    const writer = new SampleWriter(database, ARCHIVES);
    const pages = Number(database.pragma('page_count', { simple: true }));
    // SQLite answers SQLITE_FULL, as for a full disk, when the file may not grow.
    database.pragma(`max_page_count = ${pages}`);
    writer.put(1, startOf(1, 0), columns(1));
    assert.equal(writer.flush(), false);
    assert.match(writer.failure ?? '', /full/);
    writer.put(1, startOf(1, 1), columns(2));
    assert.equal(writer.flush(), false);
    assert.ok(writer.pendingBytes > 1000);
    assert.ok(writer.has(1, startOf(1, 0)), 'it is not lost');
    database.pragma('max_page_count = 1000000');
    assert.ok(writer.flush());
    assert.equal(writer.failure, undefined);
    database.close();
    const report = checkSamples(file);
    assert.equal(report.blocks, 2);
    assert.deepEqual(report.damages, []);
  }));

test('what a flush that failed would have folded, the next one folds', () =>
  inFolder((_, file) => {
    const coarse = ARCHIVES[1] as Archive;
    const database = openSamples(file, ARCHIVES);
    const writer = new SampleWriter(database, ARCHIVES);
    const pages = Number(database.pragma('page_count', { simple: true }));
    const start = blockStart(coarse, 1, START);
    const end = start + coarse.spanSeconds;
    const first = blockStart(FINEST, 1, start);
    for (let at = first; at < end; at += FINEST.spanSeconds) writer.put(1, at, columns(at - first));
    database.pragma(`max_page_count = ${pages}`);
    assert.equal(writer.flush(), false);
    const blocks = new BlockStore(database, ARCHIVES);
    assert.ok(!blocks.has(coarse, 1, start));
    database.pragma('max_page_count = 1000000');
    assert.ok(writer.flush());
    assert.ok(blocks.has(coarse, 1, start));
    database.close();
  }));

test('a sound file has no damages', () =>
  inFolder((_, file) => {
    fill(file);
    const { blocks, damages } = checkSamples(file);
    assert.deepEqual(damages, []);
    assert.ok(blocks >= 100);
  }));

const damages: { name: string; harm: (file: string) => void; expected: RegExp }[] = [
  {
    name: 'a changed byte in a block',
    harm(file) {
      const bytes = readFileSync(file);
      // Far behind the header, inside of a page with nothing but values.
      writeSync(openSync(file, 'r+'), Uint8Array.of((bytes[200_123] ?? 0) ^ 1), 0, 1, 200_123);
    },
    expected: /host number \d+, from .*checksum/,
  },
  {
    name: 'pages of zeros',
    harm: (file) => writeSync(openSync(file, 'r+'), new Uint8Array(20_000), 0, 20_000, 81_920),
    expected: /./,
  },
  {
    name: 'every page that makes no sense, not only that there are some',
    harm(file) {
      const bytes = new Uint8Array(20_000).fill(0xff);
      writeSync(openSync(file, 'r+'), bytes, 0, bytes.length, 81_920);
    },
    expected: /pages: .*\n.*Page \d+/i,
  },
  {
    name: 'a file that was cut off',
    harm: (file) => truncateSync(file, 100_000),
    expected: /malformed|missing|invalid|beyond|out of/i,
  },
  {
    name: 'a header that is not that of a database',
    harm: (file) => writeFileSync(file, 'no database\n'.repeat(10_000)),
    expected: /not a database/,
  },
  { name: 'no file', harm: (file) => rmSync(file), expected: /does not exist/ },
];
for (const { name, harm, expected } of damages) {
  test(`check names ${name}`, () =>
    inFolder((_, file) => {
      fill(file);
      harm(file);
      const report = checkSamples(file);
      const found = report.damages.map(({ where, what }) => `${where}: ${what}`).join('\n');
      assert.match(found, expected);
    }));
}

test('a file that is not a database is refused with what to do', () =>
  inFolder((_, file) => {
    writeFileSync(file, 'no database\n'.repeat(10_000));
    assert.throws(() => openSamples(file, ARCHIVES), {
      code: 'database-corrupt',
      message: /restore/,
    });
  }));

test('a file with damaged pages is refused with what to do', () =>
  inFolder((_, file) => {
    fill(file);
    writeSync(openSync(file, 'r+'), new Uint8Array(20_000), 0, 20_000, 81_920);
    assert.throws(() => openSamples(file, ARCHIVES), {
      code: 'database-corrupt',
      message: /restore/,
    });
  }));

test('archives of another span are refused, of another retention moved', () =>
  inFolder((_, file) => {
    fill(file);
    const longer = layoutArchives(['1s:2h', '10s:1d']);
    openSamples(file, longer).close();
    const report = checkSamples(file);
    assert.ok(report.blocks >= 100);
    assert.deepEqual(report.damages, []);
    const database = openSamples(file, longer);
    database.exec('UPDATE archive SET span = 300 WHERE step = 1');
    database.close();
    assert.throws(() => openSamples(file, longer), { code: 'archive-changed', message: /150 s/ });
  }));

test('blocks that lie host by host, as in the first version, are put in the order of time', () =>
  inFolder((_, file) => {
    fill(file);
    const before = blocksByHost(file);
    const database = new Database(file);
    for (const { stepSeconds, spanSeconds, slots } of ARCHIVES) {
      database.exec(
        `UPDATE block_${stepSeconds} SET id = -((id % 1048576) * ${slots} + (start / ${spanSeconds}) % ${slots});
         UPDATE block_${stepSeconds} SET id = -id`,
      );
    }
    database.exec('ALTER TABLE archive DROP COLUMN keyed_by; PRAGMA user_version = 1');
    database.close();
    openSamples(file, ARCHIVES).close();
    assert.deepEqual(blocksByHost(file), before);
  }));

/** `host start`, for each block that is found where it has to be. */
function blocksByHost(file: string): string[] {
  const database = openSamples(file, ARCHIVES);
  const blocks = new BlockStore(database, ARCHIVES);
  const hosts = Array.from({ length: 20 }, (_, index) => index + 1);
  const found = hosts.flatMap((host) =>
    Array.from({ length: 5 }, (_, block) => startOf(host, block))
      .filter((start) => blocks.has(FINEST, host, start))
      .map((start) => `${host} ${start}`),
  );
  database.close();
  assert.equal(found.length, 100);
  return found;
}

test('a host that is removed leaves none of its blocks, and takes none of others', () =>
  inFolder((_, file) => {
    fill(file);
    const database = openSamples(file, ARCHIVES);
    const blocks = new BlockStore(database, ARCHIVES);
    assert.equal(blocks.newest(FINEST, 7, startOf(7, 9)), startOf(7, 4));
    assert.equal(blocks.newest(FINEST, 7, startOf(7, 2) + 1), startOf(7, 2));
    const before = blocks.totals(FINEST).blocks;
    blocks.removeHost(7);
    assert.equal(blocks.newest(FINEST, 7, startOf(7, 9)), undefined);
    assert.equal(blocks.totals(FINEST).blocks, before - 5);
    database.close();
  }));

test('a backup is whole, is not written over another, and comes back', () =>
  inFolder(async (folder, file) => {
    fill(file);
    writeFileSync(join(folder, 'secret'), 'of then', { mode: 0o600 });
    writeDecision(folder, 'of then');
    const copy = join(folder, 'copy');
    let share = 0;
    await backupFolder(folder, copy, (done) => {
      share = done;
    });
    assert.equal(share, 1);
    assert.deepEqual(checkSamples(join(copy, 'samples.db')), checkSamples(file));
    assert.deepEqual(readdirSync(copy).sort(), ['registry.db', 'samples.db', 'secret']);
    for (const name of ['registry.db', 'samples.db']) {
      // File format write version, 1 = no write-ahead log: readable where nothing can be written beside it. sqlite.org/fileformat2.html
      assert.equal(readFileSync(join(copy, name))[18], 1, name);
    }
    await assert.rejects(
      backupFolder(folder, copy, () => undefined),
      { code: 'backup-exists' },
    );
    writeDecision(folder, 'of now');
    writeFileSync(join(folder, 'secret'), 'of now');
    const before = restoreFolder(copy, folder, 0) ?? '';
    assert.deepEqual(checkSamples(file).damages, []);
    assert.equal(readFileSync(join(folder, 'secret'), 'utf8'), 'of then');
    assert.deepEqual([decision(folder), decision(before)], ['of then', 'of now']);
    truncateSync(join(copy, 'registry.db'), 5000);
    assert.throws(() => restoreFolder(copy, folder, 1), {
      code: 'backup-damaged',
      message: /registry\.db/,
    });
    assert.equal(decision(folder), 'of then');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part')),
      [],
    );
  }));

const notBackups: [name: string, make: (at: string) => void][] = [
  ['a folder that is not there', () => undefined],
  ['a file', (at) => writeFileSync(at, 'x')],
  ['an empty folder', (at) => mkdirSync(at)],
];
for (const [name, make] of notBackups) {
  test(`${name} is not restored, nor is a folder without samples copied`, () =>
    inFolder(async (folder) => {
      const at = join(folder, 'backup');
      make(at);
      assert.throws(() => restoreFolder(at, folder, 0), { code: 'backup-damaged' });
      await assert.rejects(
        backupFolder(folder, join(folder, 'copy'), () => undefined),
        { code: 'backup-empty' },
      );
    }));
}

test('a backup ends though another process commits all the time', () =>
  inFolder(async (folder, file) => {
    fill(file, 150);
    const writer = spawnWriter(file);
    const ended = once(writer, 'exit');
    try {
      await once(writer.stdout?.resume() ?? writer, 'data');
      const shares: number[] = [];
      await backupFolder(folder, join(folder, 'copy'), (share) => shares.push(share));
      assert.deepEqual(shares, shares.toSorted(), 'it never begins anew');
      assert.ok(shares.length > 3, `${shares.length} steps`);
      assert.equal(writer.exitCode, null);
    } finally {
      writer.kill('SIGKILL');
      await ended;
    }
    assert.deepEqual(checkSamples(join(folder, 'copy/samples.db')).damages, []);
  }));

/** Something that a person decided. */
function writeDecision(folder: string, text: string): void {
  const database = new Database(join(folder, 'registry.db'));
  database.exec('CREATE TABLE IF NOT EXISTS decision (text TEXT); DELETE FROM decision;');
  database.prepare('INSERT INTO decision VALUES (?)').run(text);
  database.close();
}

function decision(folder: string): string | undefined {
  const database = new Database(join(folder, 'registry.db'), { readonly: true });
  const row = database.prepare<[], { text: string }>('SELECT text FROM decision').get();
  database.close();
  return row?.text;
}

function spawnWriter(file: string): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'testing/write-forever.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('killed while it writes: the file is sound, what was committed is there', () =>
  inFolder(async (folder, file) => {
    for (let round = 0; round < 3; round += 1) {
      const child = spawnWriter(file);
      const committed = await lastLineAfter(child, 20 + round * 7);
      child.kill('SIGKILL');
      await once(child, 'exit');
      lockFolder(folder)();
      const report = checkSamples(file);
      assert.deepEqual(report.damages, []);
      assert.ok(report.blocks >= Math.min(committed, 19), `${report.blocks} of ${committed}`);
    }
  }));

/** Reads numbers line by line. @returns the one that is there after `count` lines */
async function lastLineAfter(child: ChildProcess, count: number): Promise<number> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const lines = text.trim().split('\n');
    if (lines.length >= count) return Number(lines.at(-2) ?? 0);
  }
  throw new Error(`the child ended: ${text}`);
}
