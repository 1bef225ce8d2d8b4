/** Syntax of scripts by the interpreters' own parsers; nothing of a script is run. */
import { spawnSync } from 'node:child_process';
import { WorldError } from '../../../base/errors.ts';

export interface SyntaxError {
  readonly line: number | undefined;
  readonly message: string;
}

/** A parser that takes longer is not waited for. */
const PARSE_MS_MAX = 10_000;

/** @returns the first error; undefined for a sound script, and for one that cannot be judged here */
export type SyntaxCheck = (file: string, text: string) => SyntaxError | undefined;

/** By the name of the interpreter. Of others nothing is known. */
export const SYNTAX_CHECKS: ReadonlyMap<string, SyntaxCheck> = new Map<string, SyntaxCheck>([
  ['sh', (file) => shellSyntax('sh', file)],
  ['bash', (file) => shellSyntax('bash', file)],
  ['perl', perlSyntax],
  ['python3', pythonSyntax],
]);

function shellSyntax(shell: string, file: string): SyntaxError | undefined {
  const run = spawnSync(shell, ['-n', file], { encoding: 'utf8', timeout: PARSE_MS_MAX });
  if (run.error) throw new WorldError('profile-shell', `running ${shell} -n`, run.error);
  if (run.status === 0) return undefined;
  const [first = ''] = run.stderr.split('\n');
  const [, line, message = first] = /: (?:line )?(\d+): (.*)$/.exec(first) ?? [];
  return { line: line === undefined ? undefined : Number(line), message };
}

/** `perl -c` runs these blocks, and what stands behind the name in `use` or `no` when it is more than words. */
const RUN_BY_PERL = /^\s*(?:sub\s+)?(?:BEGIN|UNITCHECK|CHECK)\b/m;
const PERL_USE = /(?:^|[;{}])\s*(?:use|no)\b([^;]*)/gm;
const ONLY_WORDS = /^\s*(?!lib\b)[\w:.]+(?:\s+[\d._]+)?(?:qw\([^)]*\)|'[^']*'|"[^"$@\\]*"|\s|,)*$/;
/** Of this machine rather than of the script: a module that is not here, a flag that must be given before. */
const NOT_OF_THE_SCRIPT = /^(?:Can't locate |"-\w+" is on the #! line|Perl v?\d)/;

function perlSyntax(file: string, text: string): SyntaxError | undefined {
  const uses = [...text.matchAll(PERL_USE)].map((match) => match[1] ?? '');
  if (RUN_BY_PERL.test(text) || !uses.every((use) => ONLY_WORDS.test(use))) return undefined;
  const run = spawnSync('perl', ['-c', '--', file], PARSER_OPTIONS);
  if (run.error || run.status === 0) return undefined;
  const [first = ''] = run.stderr.split('\n');
  const [, message, line] = /^(.*) at .* line (\d+)(?:\.|,.*)$/.exec(first) ?? [];
  if (message === undefined || NOT_OF_THE_SCRIPT.test(message)) return undefined;
  return { line: Number(line), message };
}

const PYTHON_PARSER = `
import ast, sys
try:
    ast.parse(open(sys.argv[1], 'rb').read())
except SyntaxError as error:
    print(error.lineno or 1, error.msg)
`;

function pythonSyntax(file: string): SyntaxError | undefined {
  const run = spawnSync(
    'python3',
    ['-I', '-W', 'ignore', '-c', PYTHON_PARSER, file],
    PARSER_OPTIONS,
  );
  if (run.error || run.status !== 0) return undefined;
  const [, line, message] = /^(\d+) (.*)/.exec(run.stdout) ?? [];
  return message === undefined ? undefined : { line: Number(line), message };
}

const PARSER_OPTIONS = {
  encoding: 'utf8',
  timeout: PARSE_MS_MAX,
  env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
} as const;
