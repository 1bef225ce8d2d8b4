import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../base/errors.ts';
import { CLASS_NAME, classScripts } from '../class-list.ts';
import { FCOPY_CONTROL_FILES } from '../files.ts';
import { parseNodesFile } from '../nodes-file.ts';
import { overview } from '../overview.ts';
import { parsePackageConfig } from '../package-config.ts';
import type { Problem } from '../problem.ts';
import { checkDiskConfig } from './disk-config.ts';
import { checkScript } from './script.ts';
import { checkDebconf, checkFileModes, checkHostFile, checkMenu } from './text-files.ts';

/** FAI's tasks, before each of which hooks run. */
export const TASKS = [
  'confdir',
  'setup',
  'defclass',
  'defvar',
  'action',
  'install',
  'partition',
  'mountdisks',
  'extrbase',
  'debconf',
  'repository',
  'updatebase',
  'instsoft',
  'configure',
  'tests',
  'finish',
  'chboot',
  'savelog',
  'faiend',
  'dirinstall',
  'softupdate',
  'sysinfo',
  'inventory',
] as const;

const EDITOR_LEFTOVER = /(~|\.bak|\.swp|\.orig|\.dpkg-(old|new|inst|tmp|dist))$|^\./;

/** What other tools make variables and menus from, kept beside them. */
const TEMPLATE = /\.(var|profile)\./;

/**
 * Finds everything wrong with a config space that can be found without a machine. Runs nothing of it.
 * @returns problems sorted by path and line; an empty list is a sound space
 * @throws InputError `profile-space` when there is no class folder
 */
export function checkSpace(space: string): readonly Problem[] {
  if (!existsSync(join(space, 'class'))) {
    throw new InputError('profile-space', `${space} is no config space: it has no folder class/`);
  }
  return [
    ...checkClassFolder(space),
    ...each(space, 'disk_config', ({ text, path }) => [
      ...className(path),
      ...checkDiskConfig(text, path),
    ]),
    ...each(space, 'package_config', packages),
    ...each(space, 'debconf', ({ text, path }) => [
      ...className(path),
      ...checkDebconf(text, path),
    ]),
    ...each(space, 'hooks', (file) => hook(space, file.name)),
    ...scripts(space, 'scripts'),
    ...scripts(space, 'tests'),
    ...targets(space, 'files'),
    ...entries(space, 'basefiles').flatMap((name) => brokenLink(space, `basefiles/${name}`)),
    ...nodes(space),
  ].toSorted(byPlace);
}

function checkClassFolder(space: string): readonly Problem[] {
  const { run, problems } = classScripts(join(space, 'class'));
  const sourced = run.filter((name) => name.endsWith('.sh'));
  return [
    ...problems,
    ...run.flatMap((name) =>
      checkScript(space, `class/${name}`, sourced.includes(name) ? 'sourced' : 'executed'),
    ),
    ...each(space, 'class', ({ name, text, path }) => {
      if (/^\d/.test(name)) return [];
      if (name.endsWith('.var'))
        return [...className(path.replace(/\.var$/, '')), ...checkScript(space, path, 'sourced')];
      if (name.endsWith('.profile')) return checkMenu(text, path);
      if (TEMPLATE.test(name)) {
        const message = 'never read: neither CLASS.var, nor NAME.profile, nor named after a host';
        return [{ ...wrong('file-name', path, message), severity: 'warning' as const }];
      }
      return checkHostFile(text, path);
    }),
  ];
}

function packages({ name, text, path }: SpaceFile): readonly Problem[] {
  if (/\.(gpg|asc)$/.test(name)) return [];
  return [...className(path), ...parsePackageConfig(text, path, name).problems];
}

function hook(space: string, name: string): readonly Problem[] {
  const path = `hooks/${name}`;
  if (name === 'subroutines') return checkScript(space, path, 'sourced');
  const [, task = '', rest = ''] = /^([^.]+)\.(.+)$/.exec(name) ?? [];
  if (!(TASKS as readonly string[]).includes(task)) {
    return [
      wrong(
        'hook-task',
        path,
        `"${task || name}" is no task, so it never runs: ${TASKS.join(' ')}`,
      ),
    ];
  }
  if (rest.endsWith('.source'))
    return [wrong('script-name', path, 'the suffix .source is gone: use .sh')];
  const sourced = rest.endsWith('.sh');
  return [
    ...className(`hooks/${rest.replace(/\.sh$/, '')}`, path),
    ...checkScript(space, path, sourced ? 'sourced' : 'executed'),
  ];
}

/** scripts/CLASS or scripts/CLASS/NN-name, and the same for tests/. */
function scripts(space: string, folder: string): readonly Problem[] {
  return entries(space, folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (!isFolder(join(space, path))) {
      // Perl modules beside the tests are read by them.
      return name.endsWith('.pm')
        ? []
        : [...className(path), ...checkScript(space, path, 'executed')];
    }
    return entries(space, path).flatMap((script) => {
      const inside = `${path}/${script}`;
      if (isFolder(join(space, inside))) return [];
      if (/^\d\d/.test(script)) return checkScript(space, inside, 'executed');
      return [
        {
          ...wrong('script-name', inside, 'never runs: the name must start with two digits'),
          severity: 'warning' as const,
        },
      ];
    });
  });
}

/** files/PATH/OF/TARGET/CLASS. Links to folders are not followed: they may lead out of the space, or in circles. */
function targets(space: string, folder: string): readonly Problem[] {
  const inside = entries(space, folder);
  const folders = inside.filter((name) => lstatSync(join(space, folder, name)).isDirectory());
  const files = inside.filter(
    (name) => !isFolder(join(space, folder, name)) && !FCOPY_CONTROL_FILES.has(name),
  );
  const mixed = folders.length > 0 || folder === 'files' ? files : [];
  return [
    ...mixed.map((name) =>
      wrong(
        'file-class',
        `${folder}/${name}`,
        `a file among targets: it belongs in ${folder}/${name}/CLASS`,
      ),
    ),
    ...files
      .filter((name) => !mixed.includes(name))
      .flatMap((name) => className(`${folder}/${name}`)),
    ...files.flatMap((name) => brokenLink(space, `${folder}/${name}`)),
    ...inside
      .filter((name) => name === 'preinst' || name === 'postinst')
      .flatMap((name) => checkScript(space, `${folder}/${name}`, 'executed')),
    ...inside
      .filter((name) => name === 'file-modes')
      .flatMap((name) =>
        checkFileModes(readFileSync(join(space, folder, name), 'utf8'), `${folder}/${name}`),
      ),
    ...folders.flatMap((name) => targets(space, `${folder}/${name}`)),
  ];
}

/** Where a link leads nowhere, FAI takes the file of a lower class, or none, and says nothing. */
function brokenLink(space: string, path: string): readonly Problem[] {
  const exists = existsSync(join(space, path));
  return exists ? [] : [wrong('script-link', path, 'the link leads nowhere')];
}

function nodes(space: string): readonly Problem[] {
  const path = join(space, 'nodes.yaml');
  if (!existsSync(path)) return [];
  const { entries: given, problems } = parseNodesFile(readFileSync(path, 'utf8'));
  if (given.every(({ classes }) => classes.length === 0)) return problems;
  const known = classesOf(space);
  const unknown = given.flatMap(({ line, classes }) =>
    classes
      .filter((name) => !known.has(name))
      .map((name): Problem => {
        const message = `nothing in the config space is for the class ${name}`;
        return { severity: 'warning', code: 'class-unknown', path: 'nodes.yaml', line, message };
      }),
  );
  return [...problems, ...unknown];
}

/** Classes that have something in the space, and all words that scripts and conditions could mean as classes. */
function classesOf(space: string): ReadonlySet<string> {
  const words = (folder: string): readonly string[] =>
    entries(space, folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      if (lstatSync(join(space, path)).isDirectory()) return words(path);
      const text = isFile(join(space, path)) ? readFileSync(join(space, path), 'utf8') : '';
      return text.match(/[\w.-]+/g) ?? [];
    });
  return new Set([
    ...overview(space).map((one) => one.class),
    ...['class', 'package_config', 'scripts', 'hooks', 'tests'].flatMap(words),
  ]);
}

interface SpaceFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

function each(
  space: string,
  folder: string,
  check: (file: SpaceFile) => readonly Problem[],
): readonly Problem[] {
  return entries(space, folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const status = statSync(join(space, path), { throwIfNoEntry: false });
    if (!status) return brokenLink(space, path);
    if (!status.isFile()) return [];
    return check({ name, path, text: readFileSync(join(space, path), 'utf8') });
  });
}

function entries(space: string, folder: string): readonly string[] {
  const path = join(space, folder);
  if (!isFolder(path)) return [];
  return readdirSync(path)
    .filter((name) => !EDITOR_LEFTOVER.test(name))
    .toSorted();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function className(named: string, path = named): readonly Problem[] {
  const name = named.slice(named.lastIndexOf('/') + 1);
  return CLASS_NAME.test(name) ? [] : [wrong('class-name', path, `"${name}" is no class name`)];
}

function wrong(code: string, path: string, message: string): Problem {
  return { severity: 'error', code, path, message };
}

function byPlace(a: Problem, b: Problem): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}
