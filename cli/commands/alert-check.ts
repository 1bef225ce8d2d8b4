import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { type Catalogue, rulesInDoubt } from '../../collector/alerts/catalogue-warnings.ts';
import type { ExperimentalFeature } from '../../collector/alerts/experimental.ts';
import { type Duplicate, duplicatesOf } from '../../collector/alerts/lint.ts';
import { parseRuleFile } from '../../collector/alerts/rule-file.ts';
import type { FileProblem } from '../../collector/alerts/yaml-reader.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { catalogueOf } from '../expression-notes.ts';
import { note, print, printJson } from '../output.ts';
import { featureOption } from './feature-option.ts';

interface CheckOptions {
  readonly lint: string;
  readonly lintFatal?: boolean;
  readonly ignoreUnknownFields?: boolean;
  readonly enableFeature: readonly ExperimentalFeature[];
  readonly live?: boolean;
  readonly json?: boolean;
}

interface FileReport {
  readonly file: string;
  readonly rules: number;
  readonly errors: readonly string[];
  readonly lint: readonly string[];
  /** What is not read; with `--live` also what cannot be right on the appliance at present. */
  readonly warnings: readonly string[];
}

const LINTS = ['all', 'duplicate-rules', 'none'];

export function register(alert: Command): void {
  alert
    .command('check')
    .description('check rule files: syntax, expressions, templates, duplicates')
    .argument('[file...]', 'rule files; standard input when none is named')
    .option('--lint <which>', `what else to look for: ${LINTS.join(', ')}`, 'duplicate-rules')
    .option('--lint-fatal', 'exit with 3 when only lint found something')
    .option('--ignore-unknown-fields', 'accept fields that no rule file has')
    .addOption(featureOption())
    .option('--live', 'warn of metrics and labels that no host of the appliance has')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit codes: 0 all good, 1 errors, 3 lint only (with --lint-fatal), as promtool check rules.\n\n' +
        'Examples:\n  clustermon alert check rules/*.yml\n  clustermon alert check < rules.yml',
    )
    .action(async (files: string[], options: CheckOptions, command: Command) => {
      check(files, options, options.live ? await catalogueOf(clientOf(command)) : undefined);
    });
}

function check(
  files: readonly string[],
  options: CheckOptions,
  catalogue: Catalogue | undefined,
): void {
  if (!LINTS.includes(options.lint)) {
    throw new CommandError(EXIT.usage, `--lint is ${options.lint}, must be ${LINTS.join(', ')}`);
  }
  const reports = (files.length > 0 ? files : ['-']).map((file) =>
    report(file, options, catalogue),
  );
  if (options.json) printJson(reports);
  else for (const one of reports) show(one);
  if (reports.some(({ errors }) => errors.length > 0)) process.exitCode = EXIT.failed;
  else if (options.lintFatal && reports.some(({ lint }) => lint.length > 0)) {
    process.exitCode = EXIT.lint;
  }
}

function report(file: string, options: CheckOptions, catalogue: Catalogue | undefined): FileReport {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const reason = `cannot read ${file}: ${reasonOf(error)}`;
    return { file, rules: 0, errors: [reason], lint: [], warnings: [] };
  }
  const { groups, problems, warnings } = parseRuleFile(text, {
    ...options,
    features: options.enableFeature,
  });
  const name = file === '-' ? 'standard input' : file;
  return {
    file: name,
    rules: groups.reduce((sum, { rules }) => sum + rules.length, 0),
    errors: problems.map((problem) => `${name}: ${placed(problem)}`),
    lint: options.lint === 'none' ? [] : describe(duplicatesOf(groups)),
    warnings: [
      ...warnings.map(placed),
      ...(catalogue && problems.length === 0 ? rulesInDoubt(groups, catalogue) : []),
    ],
  };
}

function placed({ line, column, message }: FileProblem): string {
  return line === 0 ? message : `${line}:${column}: ${message}`;
}

function describe(duplicates: readonly Duplicate[]): readonly string[] {
  if (duplicates.length === 0) return [];
  const each = duplicates.map(
    ({ name, labels }) =>
      `Metric: ${name}\nLabel(s):\n${Object.entries(labels)
        .map(([label, value]) => `\t${label}: ${value}\n`)
        .join('')}`,
  );
  return [
    `${duplicates.length} duplicate rule(s) found.\n${each.join('')}Might cause inconsistency while recording expressions`,
  ];
}

function show({ file, rules, errors, lint, warnings }: FileReport): void {
  print(`Checking ${file}\n`);
  if (errors.length + lint.length === 0) print(`  SUCCESS: ${rules} rules found\n`);
  else {
    note('  FAILED:');
    for (const text of [...errors, ...lint]) note(text);
  }
  for (const text of warnings) note(`  WARNING: ${file}:${text}`);
  print('\n');
}
