import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadRules } from './rule-loader.ts';
import { TEXT_FILE_BYTES_MAX } from './text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'rule-loader-'));
after(() => rmSync(folder, { recursive: true }));

const RULES = 'groups:\n- {name: g, rules: [{alert: A, expr: up == 0}]}\n';

const cases: readonly {
  readonly name: string;
  readonly make: (file: string) => void;
  readonly groups?: number;
  readonly problem?: RegExp;
  readonly warning?: RegExp;
}[] = [
  { name: 'a file', make: (file) => writeFileSync(file, RULES), groups: 1 },
  {
    name: 'a symbolic link',
    make: (file) => {
      writeFileSync(join(folder, 'target'), RULES);
      symlinkSync('target', file);
    },
    groups: 1,
  },
  {
    name: 'two documents',
    make: (file) => writeFileSync(file, `${RULES}---\n${RULES}`),
    groups: 1,
    warning: /:3:1: only the first document of a file is read/,
  },
  { name: 'a folder', make: (file) => mkdirSync(file), problem: /it is no regular file/ },
  {
    name: 'a named pipe',
    make: (file) => execFileSync('mkfifo', [file]),
    problem: /it is no regular file/,
  },
  {
    name: 'a device',
    make: (file) => symlinkSync('/dev/zero', file),
    problem: /it is no regular file/,
  },
  {
    name: 'a link to nothing',
    make: (file) => symlinkSync('nowhere', file),
    problem: /no such rule file|no such file/,
  },
  {
    name: 'a file that is too large',
    make: (file) => {
      writeFileSync(file, '');
      truncateSync(file, TEXT_FILE_BYTES_MAX + 1);
    },
    problem: /larger than 8 MiB/,
  },
];

for (const { name, make, groups = 0, problem, warning } of cases) {
  test(`loads rules of ${name}`, () => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.yml`);
    make(file);
    const loaded = loadRules([file], false);
    assert.equal(loaded.groups.length, groups);
    assert.match(loaded.problems.join('\n'), problem ?? /^$/);
    assert.match(loaded.warnings.join('\n'), warning ?? /^$/);
  });
}
