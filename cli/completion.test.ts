import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Command } from 'commander';
import { completionScript } from './completion.ts';

const program = new Command('clustermon').option('--data <dir>');
const alert = program.command('alert');
alert.command('add').option('--for <duration>');
alert.command('check');
program.command('up').option('--demo <hosts>');

/** What bash offers for the last of the words. */
function offered(...words: readonly string[]): string {
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=(clustermon "$@"); COMP_CWORD=$#; _clustermon; echo "\${COMPREPLY[*]}"`;
  return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' }).trim();
}

const CASES: readonly [words: readonly string[], offered: string][] = [
  [[''], 'alert up help --data --help'],
  [['al'], 'alert'],
  [['alert', ''], 'add check help --help --data'],
  [['alert', 'add', '--f'], '--for'],
  [['--data', 'x', 'alert', 'add', '--f'], '--for'],
  [['alert', 'add', 'load_one > 8', '--'], '--for --help --data'],
  [['up', '--d'], '--demo --data'],
  [['nonsense', 'x'], ''],
];

for (const [words, wanted] of CASES) {
  test(`bash, "${words.join(' ')}": ${wanted}`, () => {
    assert.equal(offered(...words), wanted);
  });
}

test('every shell has a script with every command', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    for (const path of ['alert add', 'alert check', 'up'])
      assert.ok(completionScript(program, shell).includes(`'${path}'`), `${shell}: ${path}`);
});
