/** What a command that fails says, and its exit status. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EXIT } from './exit.ts';

const data = mkdtempSync(join(tmpdir(), 'clustermon-main-'));
after(() => rmSync(data, { recursive: true }));

const CASES: readonly {
  readonly args: readonly string[];
  readonly status: number;
  readonly says: RegExp;
}[] = [
  {
    args: ['fo'],
    status: EXIT.usage,
    says: /^error: unknown command 'fo'\n\(--help shows what there is\)\n$/,
  },
  {
    args: ['up', '--listen', 'lo'],
    status: EXIT.usage,
    says: /'lo' is invalid. It is not an IP address such as 127\.0\.0\.1/,
  },
  {
    args: ['agent', '--label', 'rack'],
    status: EXIT.usage,
    says: /^clustermon: a label is name=value, not rack\n$/,
  },
  { args: ['pxe'], status: EXIT.usage, says: /^clustermon: on which network\?.*--interface/ },
  {
    args: ['store', 'check', '/nowhere'],
    status: EXIT.failed,
    says: /^clustermon: there is no \/nowhere\n$/,
  },
  // An error of the operating system, without a stack trace.
  {
    args: ['profile', 'new', '/proc/self/status/space'],
    status: EXIT.failed,
    says: /^clustermon: [^\n]*ENOTDIR[^\n]*\n$/,
  },
];

for (const { args, status, says } of CASES)
  test(`${args.join(' ')}: ${says}`, () => {
    const run = clustermon(args, 'pipe');
    assert.match(run.stderr, says);
    assert.equal(run.status, status);
  });

test('output that cannot be written is a failure with its reason', () => {
  const run = clustermon(['completion', 'bash'], openSync('/dev/full', 'w'));
  assert.match(run.stderr, /^clustermon: cannot write the output: .*ENOSPC/);
  assert.equal(run.status, EXIT.failed);
});

test('--version is that of the package', () => {
  const { stdout, status } = clustermon(['--version'], 'pipe');
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(status, EXIT.done);
});

test('help of a subcommand: its own options, those of the program, defaults as one writes them', () => {
  const { stdout } = clustermon(['agent', 'install', '--help'], 'pipe');
  assert.equal(stdout.match(/^ {2}--label /gm)?.length, 1, stdout);
  assert.match(stdout, /^ {2}--server <url>/m);
  const { stdout: ack } = clustermon(['alert', 'ack', '--help'], 'pipe');
  assert.match(ack, /--for <duration> +how long \(default: 1d\)\n/);
  assert.match(ack, /--comment <text> +what is being done\n/);
});

function clustermon(args: readonly string[], output: 'pipe' | number) {
  const main = join(import.meta.dirname, 'main.ts');
  return spawnSync(process.execPath, [main, '--data', data, ...args], {
    stdio: ['ignore', output, 'pipe'],
    encoding: 'utf8',
    // Of those that must not start, one that does is a failure and not a wait.
    timeout: 60_000,
  });
}
