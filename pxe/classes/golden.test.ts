import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chooseFiles, fileTargets } from './files.ts';
import { insertLine } from './line-insert.ts';
import { packageCommands } from './package-commands.ts';
import { selectPackages } from './package-config.ts';

const TESTDATA = fileURLToPath(new URL('testdata/', import.meta.url));
const SPACES: Readonly<Record<string, string>> = {
  'config-spaces/fai-doc-simple': '/usr/share/doc/fai-doc/examples/simple',
  'config-spaces/debian-edu-fai': '/usr/share/debian-edu-fai/fai/config',
  'probes/package-probe': join(TESTDATA, 'package-probe'),
};

const read = (name: string) => JSON.parse(readFileSync(join(TESTDATA, name), 'utf8'));

interface PackageRun {
  readonly config_space: string;
  readonly cases: readonly { readonly classes: string[]; readonly commands: string[] }[];
}
for (const run of (read('packages.json') as { runs: PackageRun[] }).runs) {
  const space = SPACES[run.config_space] ?? assert.fail(`no space ${run.config_space}`);
  for (const one of run.cases) {
    test(`install_packages: ${run.config_space} ${one.classes.join(' ')}`, () => {
      assert.deepEqual(packageCommands(selectPackages(space, one.classes)), one.commands);
    });
  }
}

interface FcopyGolden {
  readonly config_space: string;
  readonly cases: readonly { classes: string[]; selected: Record<string, string> }[];
}
const fcopy = read('fcopy.json') as FcopyGolden;
for (const one of fcopy.cases) {
  test(`fcopy -r /: ${one.classes.join(' ')}`, () => {
    const chosen = chooseFiles(fileTargets(SPACES[fcopy.config_space] ?? ''), one.classes);
    const selected = Object.fromEntries(chosen.map(({ target, class: name }) => [target, name]));
    assert.deepEqual(selected, one.selected);
  });
}

interface AinslStep {
  readonly args: readonly string[];
  readonly exit: number;
  readonly file_after: string | null;
}
test('ainsl, step by step on one file', () => {
  let text: string | undefined;
  for (const { args, exit, file_after: after } of (read('ainsl.json') as { steps: AinslStep[] })
    .steps) {
    const flags = args.filter((one) => /^-\w$/.test(one)).join('');
    const [, line = '', pattern] = args.filter((one) => !/^-\w$/.test(one));
    const made = insertLine(text, line, pattern, {
      create: flags.includes('a'),
      anySpace: flags.includes('s'),
      quoteStar: flags.includes('q'),
      quoteAll: flags.includes('Q'),
    });
    if (!flags.includes('n')) text = made;
    assert.equal(made === undefined ? 2 : 0, exit, args.join(' '));
    assert.equal(text ?? null, after, args.join(' '));
  }
});
