import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { commandsBelow } from './examples.ts';
import { buildProgram } from './program.ts';

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const program = buildProgram();
const commands = new Map(
  commandsBelow(program).map(({ path, command }) => [path, { command, help: helpOf(command) }]),
);

test('every command shows examples', () => {
  const without = [...commands].filter(([, { help }]) => !/^Examples?:/m.test(help));
  assert.deepEqual(
    without.map(([path]) => path),
    [],
  );
});

/** `clustermon node list`, and the options behind it. */
const EXAMPLE = /^ *(?:Example: )?clustermon ((?:[a-z-]+ )*[a-z-]+)(.*)$/gm;

test('examples name commands and options that there are', () => {
  const everywhere = program.options.flatMap(({ long }) => long ?? []);
  for (const [path, { help }] of commands) {
    for (const [line, words = '', rest = ''] of help.matchAll(EXAMPLE)) {
      const [, command] =
        [...commands].findLast(([name]) => `${words} `.startsWith(`${name} `)) ?? [];
      assert.ok(command, `${path}: ${line}`);
      const options = command.command.options.flatMap(({ long }) => long ?? []);
      for (const [option] of unquoted(words + rest).matchAll(/--[a-z-]+/g)) {
        assert.ok([...options, ...everywhere].includes(option), `${path}: ${line}`);
      }
    }
  }
});

function unquoted(text: string): string {
  return text.replaceAll(/'[^']*'/g, '');
}
