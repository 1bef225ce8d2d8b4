import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeDataFolder } from './data-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'clustermon-data-folder-'));
after(() => rmSync(folder, { recursive: true }));

test('a data folder is made with those above it, for its owner only', () => {
  const data = join(folder, 'a/b/c');
  makeDataFolder(data);
  for (const made of [data, join(folder, 'a')]) assert.equal(statSync(made).mode & 0o777, 0o700);
});

test('one that is there stays as it is', () => {
  makeDataFolder('/proc');
  makeDataFolder(folder);
});

const file = join(folder, 'file');
writeFileSync(file, '');
const REFUSED = [
  { name: 'where no folder can be made', data: '/proc/x/y', reason: /\/proc\/x\b.*ENOENT/ },
  { name: 'below a file', data: join(file, 'x'), reason: /EEXIST/ },
  { name: 'that is a file', data: file, reason: /EEXIST/ },
];
for (const { name, data, reason } of REFUSED)
  test(`a data folder ${name} is refused with its name and what to do`, () => {
    assert.throws(
      () => makeDataFolder(data),
      (error: Error & { code?: unknown }) => {
        assert.equal(error.code, 'data-folder');
        assert.ok(error.message.startsWith(`cannot make the data folder ${data} (name one`));
        assert.match(error.message, reason);
        return true;
      },
    );
  });
