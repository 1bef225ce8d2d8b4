import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Problem } from './problem.ts';
import { type Firmware, runDriver } from './shell.ts';

export const CLASS_NAME = /^[A-Za-z0-9_.-]+$/;

export interface DefinedClass {
  readonly name: string;
  /** What defined it, such as `class/50-host-classes` or `host name`. */
  readonly reason: string;
}

export interface ClassRequest {
  /** Folder of the config space. */
  readonly space: string;
  readonly host: string;
  /** What the scripts see as $FAI_ACTION. */
  readonly action?: string;
  /** Classes that people or rules gave the node; FAI's ADDCLASSES. */
  readonly assigned?: readonly string[];
  /** What a tool before the scripts left in $LOGDIR/additional-classes. */
  readonly additional?: readonly string[];
  /** Of the machine that is meant, which class scripts look for in /sys/firmware; default: this one's. */
  readonly firmware?: Firmware | undefined;
  /** Further variables that class scripts read (FAI's: `cmdlineclasses`, `ip`, `disklist` …). */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface ClassList {
  /** Lowest priority first; a class that two sources define is there twice, as in FAI. */
  readonly classes: readonly DefinedClass[];
  readonly problems: readonly Problem[];
}

/** Class scripts run on the appliance: nothing may be set up (FAI's do_init_tasks), nobody watches a menu. */
const SCRIPT_VARIABLES = { do_init_tasks: '0', disklist: '', FAI: '', target: '/target' };

/**
 * Defines the classes of a host as fai-class(1) does: DEFAULT, the scripts in name order, additional-classes, the host's file,
 * assigned classes, the host name, LAST. Comments in the output of scripts are comments (docs/deviations.md).
 * @throws InputError `profile-space` when there is no class folder, `class-name` for a bad host or assigned class
 */
export async function defineClasses(request: ClassRequest): Promise<ClassList> {
  const { space, host, assigned = [] } = request;
  const folder = join(space, 'class');
  if (!existsSync(folder)) {
    throw new InputError('profile-space', `${space} is no config space: it has no folder class/`);
  }
  for (const name of [host, ...assigned]) requireClassName(name);
  const found = classScripts(folder);
  const run = await runScripts(request, folder, found.run);
  const hostFile = join(folder, host);
  const hostText = existsSync(hostFile) ? readFileSync(hostFile, 'utf8') : '';
  const classes = [
    { name: 'DEFAULT', reason: 'always' },
    ...run.classes,
    ...wordsOf(hostText).map((name) => ({ name, reason: `class/${host}` })),
    ...assigned.map((name) => ({ name, reason: 'assigned' })),
    { name: host, reason: 'host name' },
    { name: 'LAST', reason: 'always' },
  ];
  const bad = classes.filter((one) => !CLASS_NAME.test(one.name));
  return {
    classes: classes.filter((one) => CLASS_NAME.test(one.name)),
    problems: [
      ...found.problems,
      ...run.problems,
      ...bad.map(({ name, reason }) =>
        problem('error', 'class-name', reason, `"${name}" is no class name`),
      ),
    ],
  };
}

/** The scripts of a class folder in the order they run, and what is wrong with those that do not. */
export function classScripts(folder: string): {
  readonly run: readonly string[];
  readonly problems: readonly Problem[];
} {
  const run: string[] = [];
  const problems: Problem[] = [];
  const names = readdirSync(folder).filter((name) => /^\d\d/.test(name));
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    const status = statSync(path, { throwIfNoEntry: false });
    const where = `class/${name}`;
    if (!status) problems.push(problem('error', 'script-link', where, 'the link leads nowhere'));
    else if (!status.isFile() || name.endsWith('~') || name.endsWith('.bak')) continue;
    else if ((status.mode & 0o111) === 0) {
      problems.push(
        problem('error', 'script-mode', where, 'not executable, so it defines no classes'),
      );
    } else if (name.endsWith('.source')) {
      problems.push(problem('error', 'script-name', where, 'the suffix .source is gone: use .sh'));
    } else run.push(name);
  }
  return { run, problems };
}

async function runScripts(
  request: ClassRequest,
  folder: string,
  scripts: readonly string[],
): Promise<ClassList> {
  const logs = mkdtempSync(join(tmpdir(), 'clustermon-classes-'));
  try {
    const { additional } = request;
    if (additional) writeFileSync(join(logs, 'additional-classes'), `${additional.join(' ')}\n`);
    const { fields } = await runDriver('define-classes.bash', [folder], {
      lines: scripts.map((name) => `${name}\n`).join(''),
      firmware: request.firmware,
      variables: {
        ...SCRIPT_VARIABLES,
        FAI: request.space,
        FAI_ACTION: request.action ?? 'softupdate',
        ADDCLASSES: (request.assigned ?? []).join(','),
        ...request.variables,
        HOSTNAME: request.host,
        LOGDIR: logs,
      },
    });
    return readRecords(fields, scripts);
  } finally {
    rmSync(logs, { recursive: true, force: true });
  }
}

function readRecords(fields: readonly string[], scripts: readonly string[]): ClassList {
  const classes: DefinedClass[] = [];
  const problems: Problem[] = [];
  let last: string | undefined;
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [script = '', status = '', text = ''] = fields.slice(at, at + 3);
    last = script;
    if (script === 'done') break;
    const reason = script === 'additional-classes' ? script : `class/${script}`;
    classes.push(...wordsOf(text).map((name) => ({ name, reason })));
    if (status !== '0') {
      problems.push(
        problem('warning', 'script-failed', reason, `ended with exit status ${status}`),
      );
    }
  }
  if (last !== 'done') {
    const next = scripts[last === undefined ? 0 : scripts.indexOf(last) + 1];
    const text = 'it ended the shell that runs all class scripts: use return in place of exit';
    problems.push(problem('error', 'script-exit', `class/${next ?? ''}`, text));
  }
  return { classes, problems };
}

function wordsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(/\s+/))
    .filter((word) => word !== '');
}

function requireClassName(name: string): void {
  if (CLASS_NAME.test(name)) return;
  throw new InputError('class-name', `"${name}" is no class name (A-Z a-z 0-9 _ . -)`);
}

function problem(
  severity: Problem['severity'],
  code: string,
  path: string,
  message: string,
): Problem {
  return { severity, code, path, message };
}
