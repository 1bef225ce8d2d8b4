import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { DeferredWrites } from './deferred-writes.ts';

/** A table whose file may not grow while it is `full`: SQLite answers SQLITE_FULL, as on a full disk. */
function openTable() {
  const database = new Database(':memory:');
  database.exec('CREATE TABLE note (text TEXT NOT NULL) STRICT');
  const pages = () => Number(database.pragma('page_count', { simple: true }));
  const insert = database.prepare<[string]>('INSERT INTO note VALUES (?)');
  return {
    note: (text: string) => insert.run(text.padEnd(20_000, '.')),
    texts: () =>
      database
        .prepare<[], string>("SELECT rtrim(text, '.') FROM note ORDER BY rowid")
        .pluck()
        .all(),
    setFull: (isFull: boolean) =>
      database.pragma(`max_page_count = ${isFull ? pages() : 1_000_000}`),
    close: () => database.close(),
  };
}

test('what a full disk refuses waits and is written in order when there is room', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const table = openTable();
  const states: (string | undefined)[] = [];
  const writes = new DeferredWrites((failure) => {
    if (failure !== states.at(-1)) states.push(failure);
  });
  writes.do(() => table.note('before'));
  table.setFull(true);
  for (const text of ['first', 'second', 'third']) writes.do(() => table.note(text));
  context.mock.timers.tick(5000);
  assert.deepEqual(table.texts(), ['before']);
  assert.deepEqual(states, ['database or disk is full']);
  table.setFull(false);
  context.mock.timers.tick(1000);
  writes.do(() => table.note('after'));
  assert.deepEqual(table.texts(), ['before', 'first', 'second', 'third', 'after']);
  assert.deepEqual(states, ['database or disk is full', undefined]);
  writes.close();
  table.close();
});

test('the end tries once more; a fault of ours is no refusal', () => {
  const table = openTable();
  const writes = new DeferredWrites();
  table.setFull(true);
  writes.do(() => table.note('last'));
  table.setFull(false);
  writes.close();
  assert.deepEqual(table.texts(), ['last']);
  assert.throws(() => writes.do(() => table.note(undefined as unknown as string)), TypeError);
  table.close();
});
