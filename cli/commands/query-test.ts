import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { runScript, type StatementResult, type Verdict } from '../../collector/query/script-run.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';

interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** Statements that need native histograms. */
  readonly unsupported: number;
  readonly statements: readonly StatementResult[];
}

export function register(query: Command): void {
  query
    .command('test')
    .description("run test scripts in Prometheus' promqltest language against our evaluator")
    .argument('<file...>', 'script files')
    .option('--json', 'one JSON document: each statement with its verdict')
    .addHelpText(
      'after',
      `
Statements that need native histograms are counted as unsupported: neither passed nor failed.
Exit codes: 0 all passed, 1 some failed.`,
    )
    .action((files: string[], _options: unknown, command: Command) =>
      // `--json` is also an option of `query` itself, which takes it first.
      test(files, command.optsWithGlobals<{ readonly json?: boolean }>()),
    );
}

function test(files: readonly string[], { json }: { readonly json?: boolean }): void {
  const results = files.map(testFile);
  const total = (verdict: Exclude<keyof FileResult, 'file' | 'statements'>) =>
    results.reduce((sum, result) => sum + result[verdict], 0);
  if (json) printJson(results);
  else {
    for (const result of results) show(result);
    if (total('unsupported') > 0)
      print(`${total('unsupported')} unsupported (native histograms)\n`);
    print(`${total('passed')} passed, ${total('failed')} failed\n`);
  }
  if (total('failed') > 0) process.exitCode = EXIT.failed;
}

function testFile(file: string): FileResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.usage, `cannot read ${file}: ${reasonOf(error)}`);
  }
  const statements = runScript(text);
  const count = (wanted: Verdict) => statements.filter(({ verdict }) => verdict === wanted).length;
  return {
    file,
    passed: count('passed'),
    failed: count('failed'),
    unsupported: count('unsupported'),
    statements,
  };
}

function show({ file, passed, failed, unsupported, statements }: FileResult): void {
  const extra = unsupported > 0 ? `, ${unsupported} unsupported` : '';
  print(`${file}: ${passed} passed, ${failed} failed${extra}\n`);
  for (const { line, expr, verdict, reason } of statements) {
    if (verdict === 'failed') note(`  line ${line}: ${expr}\n    ${reason}`);
  }
}
