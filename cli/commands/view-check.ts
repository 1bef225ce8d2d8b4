import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { parseView } from '../../collector/views/parse-view.ts';
import type { ViewProblem } from '../../wire/views.ts';
import { EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';

interface FileReport {
  readonly file: string;
  readonly problems: readonly ViewProblem[];
}

export function register(view: Command): void {
  view
    .command('check')
    .description('check files of views: fields, values, expressions; needs no appliance')
    .argument('[file...]', 'YAML files; standard input when none is named')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit codes: 0 all good, 1 problems found.\n\nExample: clustermon view check views/*.yaml',
    )
    .action((files: string[], { json }: { json?: boolean }) => {
      const reports = (files.length > 0 ? files : ['-']).map(check);
      if (json) printJson(reports);
      else for (const one of reports) show(one);
      const passed = reports.filter(({ problems }) => problems.length === 0).length;
      if (!json) print(`${passed} passed, ${reports.length - passed} failed\n`);
      if (passed < reports.length) process.exitCode = EXIT.failed;
    });
}

function check(file: string): FileReport {
  const name = file === '-' ? 'standard input' : file;
  try {
    return {
      file: name,
      problems: parseView(readFileSync(file === '-' ? 0 : file, 'utf8')).problems,
    };
  } catch (error) {
    return { file: name, problems: [{ line: 0, column: 0, field: '', message: reasonOf(error) }] };
  }
}

function show({ file, problems }: FileReport): void {
  for (const { line, column, field, message } of problems) {
    const where = line === 0 ? file : `${file}:${line}:${column}`;
    note(`${where}: ${field === '' ? '' : `${field} `}${message}`);
  }
}
