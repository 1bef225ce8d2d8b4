import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import type { ExperimentalFeature } from '../../collector/alerts/experimental.ts';
import { formatJunit } from '../../collector/alerts/junit.ts';
import { runRuleTestFile, type TestResult } from '../../collector/alerts/rule-test-runner.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';
import { featureOption } from './feature-option.ts';

interface TestOptions {
  readonly run: readonly string[];
  readonly junit?: string;
  readonly ignoreUnknownFields?: boolean;
  readonly enableFeature: readonly ExperimentalFeature[];
  readonly json?: boolean;
}

export function register(alert: Command): void {
  alert
    .command('test')
    .description('run unit tests of rules (promtool test files)')
    .argument('<file...>', 'test files; their rule_files are found relative to them')
    .option(
      '--run <regex>',
      'only tests whose name matches; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--junit <file>', 'write the results as JUnit XML')
    .option('--ignore-unknown-fields', 'accept fields that no rule file has')
    .addOption(featureOption())
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit codes: 0 all passed, 1 some failed.\n\nExample:\n  clustermon alert test tests/*.yml --junit results.xml',
    )
    .action((files: string[], options: TestOptions) => test(files, options));
}

function test(files: readonly string[], options: TestOptions): void {
  const only = pattern(options.run);
  const results: TestResult[] = [];
  for (const file of files) {
    const found = runRuleTestFile(file, {
      warn: note,
      features: options.enableFeature,
      ...(options.ignoreUnknownFields && { ignoreUnknownFields: true }),
      ...(only && { only }),
    });
    results.push(...found);
    if (!options.json) show(file, found);
  }
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  if (options.json) printJson(results);
  else print(`${results.length - failed} passed, ${failed} failed\n`);
  if (options.junit) writeFileSync(options.junit, formatJunit(results));
  if (failed > 0) process.exitCode = EXIT.failed;
}

function pattern(parts: readonly string[]): RegExp | undefined {
  if (parts.length === 0) return undefined;
  try {
    return new RegExp(parts.join('|'));
  } catch (error) {
    throw new CommandError(EXIT.usage, `--run: ${reasonOf(error)}`);
  }
}

function show(file: string, results: readonly TestResult[]): void {
  print(`Unit Testing:  ${file}\n`);
  const failures = results.flatMap((result) => result.failures);
  if (failures.length === 0) print('  SUCCESS\n');
  else {
    note('  FAILED:');
    for (const failure of failures) note(`${failure}\n`);
  }
  print('\n');
}
