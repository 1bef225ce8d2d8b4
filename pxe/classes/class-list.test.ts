import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defineClasses } from './class-list.ts';

const TESTDATA = fileURLToPath(new URL('testdata/', import.meta.url));
const SPACES: Readonly<Record<string, string>> = {
  'config-spaces/fai-doc-simple': '/usr/share/doc/fai-doc/examples/simple',
  'probes/class-probe': join(TESTDATA, 'class-probe'),
};
/** What FAI makes of a comment in a script's output (docs/deviations.md). */
const COMMENT_FAULT = ['#', 'not', 'X'];

interface GoldenCase {
  readonly hostname: string;
  readonly action: string;
  readonly ADDCLASSES: string | null;
  readonly cmdlineclasses: string | null;
  readonly additional_classes: string | null;
  readonly classes: readonly string[];
}

const golden = JSON.parse(readFileSync(join(TESTDATA, 'classes.json'), 'utf8')) as {
  runs: { config_space: string; cases: GoldenCase[] }[];
};

for (const run of golden.runs) {
  for (const one of run.cases) {
    test(`fai-class: ${run.config_space} ${one.hostname} ${one.action}`, async () => {
      const { classes } = await defineClasses({
        space: SPACES[run.config_space] ?? '',
        host: one.hostname,
        action: one.action,
        ...(one.ADDCLASSES && { assigned: one.ADDCLASSES.split(',') }),
        ...(one.additional_classes && { additional: one.additional_classes.split(' ') }),
        ...(one.cmdlineclasses && { variables: { cmdlineclasses: one.cmdlineclasses } }),
      });
      const expected = one.classes.filter((name) => !COMMENT_FAULT.includes(name));
      assert.deepEqual(names(classes), expected);
    });
  }
}

test('says what defined each class, and what is wrong with scripts', async () => {
  const { classes, problems } = await defineClasses({
    space: join(TESTDATA, 'class-probe'),
    host: 'node1',
  });
  const reasonOf = (name: string) => classes.find((one) => one.name === name)?.reason;
  assert.equal(reasonOf('SAW_A'), 'class/20-b.sh');
  assert.equal(reasonOf('HOSTFILE3'), 'class/node1');
  assert.equal(reasonOf('node1'), 'host name');
  const found = problems.map(({ code, path }) => `${path} ${code}`);
  assert.deepEqual(found, ['class/30-noexec script-mode', 'class/70-fail script-failed']);
});

const space = mkdtempSync(join(tmpdir(), 'clustermon-space-'));
after(() => rmSync(space, { recursive: true, force: true }));

const SCRIPT_CASES: readonly {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
  readonly problems?: readonly string[];
}[] = [
  {
    name: 'a comment first does not hide the classes after it',
    scripts: { '10-a': '#!/bin/sh\necho "# about"\necho A' },
    classes: ['A'],
  },
  {
    name: 'a comment may follow classes in a line',
    scripts: { '10-a': '#!/bin/sh\necho "A B # why"' },
    classes: ['A', 'B'],
  },
  {
    name: 'variables of a .sh script reach the next one',
    scripts: { '10-a.sh': 'keep=SEEN', '20-b.sh': 'newclasses=$keep' },
    classes: ['SEEN'],
  },
  {
    name: 'scripts may add to $LOGDIR/additional-classes, which come after them',
    scripts: {
      '10-a': '#!/bin/sh\necho LATE >> $LOGDIR/additional-classes',
      '20-b': '#!/bin/sh\necho EARLY',
    },
    classes: ['EARLY', 'LATE'],
  },
  {
    name: '$LOGDIR/FAI_CLASSES holds what is defined so far',
    scripts: {
      '10-a': '#!/bin/sh\necho A',
      '20-b': '#!/bin/sh\ngrep -q A $LOGDIR/FAI_CLASSES && echo B',
    },
    classes: ['A', 'B'],
  },
  {
    name: 'ifclass understands expressions',
    scripts: {
      '10-a': '#!/bin/sh\necho A B',
      '20-b':
        '#!/bin/sh\nifclass "A && !X" && echo Y1\nifclass "X || (A && X)" || echo Y2\nifclass A && echo Y3',
    },
    classes: ['A', 'B', 'Y1', 'Y2', 'Y3'],
  },
  {
    name: 'a star is not expanded to file names',
    scripts: { '10-a': '#!/bin/sh\necho "A *"' },
    classes: ['A'],
    problems: ['class/10-a class-name'],
  },
  {
    name: 'a .sh script that exits is named',
    scripts: { '10-a': '#!/bin/sh\necho A', '20-b.sh': 'exit 0', '30-c': '#!/bin/sh\necho C' },
    classes: ['A'],
    problems: ['class/20-b.sh script-exit'],
  },
  {
    name: 'a script that reads standard input finds it empty',
    scripts: { '10-a': '#!/bin/sh\nread line; echo "A$line"', '20-b': '#!/bin/sh\necho B' },
    classes: ['A', 'B'],
  },
];

for (const one of SCRIPT_CASES) {
  test(one.name, async () => {
    rmSync(join(space, 'class'), { recursive: true, force: true });
    mkdirSync(join(space, 'class'));
    for (const [name, text] of Object.entries(one.scripts)) {
      writeFileSync(join(space, 'class', name), `${text}\n`);
      chmodSync(join(space, 'class', name), 0o755);
    }
    const { classes, problems } = await defineClasses({ space, host: 'h' });
    assert.deepEqual(names(classes), ['DEFAULT', ...one.classes, 'h', 'LAST']);
    const found = problems.map(({ code, path }) => `${path} ${code}`);
    assert.deepEqual(found, one.problems ?? []);
  });
}

test('refuses what is no config space, and names that cannot be classes', async () => {
  await assert.rejects(defineClasses({ space: tmpdir(), host: 'h' }), { code: 'profile-space' });
  const bad = { space: join(TESTDATA, 'class-probe'), host: 'h h' };
  await assert.rejects(defineClasses(bad), { code: 'class-name' });
});

function names(classes: readonly { readonly name: string }[]): readonly string[] {
  return classes.map((one) => one.name);
}

/** Not everybody may mount: then scripts find the firmware of this machine, whatever is asked for. */
const canMount =
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/sys/firmware']).status === 0;
const firmwareHere = existsSync('/sys/firmware/efi') ? 'uefi' : 'bios';

for (const firmware of ['bios', 'uefi', undefined] as const) {
  test(`class scripts find the firmware of the machine that is meant: ${firmware}`, async () => {
    const mine = mkdtempSync(join(tmpdir(), 'clustermon-space-'));
    try {
      mkdirSync(join(mine, 'class'));
      const script = '#!/bin/sh\nif [ -d /sys/firmware/efi ]; then echo uefi; else echo bios; fi\n';
      writeFileSync(join(mine, 'class/10-a'), script, { mode: 0o755 });
      const { classes } = await defineClasses({ space: mine, host: 'n', firmware });
      assert.equal(classes[1]?.name, (canMount ? firmware : undefined) ?? firmwareHere);
      assert.equal(
        existsSync('/sys/firmware/efi'),
        firmwareHere === 'uefi',
        'here all is as it was',
      );
    } finally {
      rmSync(mine, { recursive: true });
    }
  });
}
