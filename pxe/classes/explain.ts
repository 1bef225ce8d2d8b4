import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { type ClassRequest, type DefinedClass, defineClasses } from './class-list.ts';
import type { Disk, ExistingVolume } from './disk/layout.ts';
import { type DiskPlan, planDisks } from './disk/plan.ts';
import { chooseFiles, fileTargets } from './files.ts';
import { packageCommands } from './package-commands.ts';
import { type PackageBlock, selectPackages } from './package-config.ts';
import type { Problem } from './problem.ts';
import { resolveVariables, type Variable } from './variables.ts';

/** What a config space makes of one machine, and which class decided it. */
export interface Explanation {
  readonly host: string;
  readonly classes: readonly DefinedClass[];
  readonly variables: readonly Variable[];
  /** absent when no class has a disk_config. */
  readonly disks?: DiskDecision;
  /** The class whose archive under basefiles/ is the base system; absent for a debootstrapped one. */
  readonly basefile?: string;
  readonly debconf: readonly string[];
  readonly packages: readonly PackageBlock[];
  /** Shell commands that install them, in order. */
  readonly packageCommands: readonly string[];
  readonly files: readonly { readonly target: string; readonly class: string }[];
  /** Paths in the config space, in the order they run. */
  readonly hooks: readonly string[];
  readonly scripts: readonly string[];
  readonly tests: readonly string[];
  readonly problems: readonly Problem[];
}

export interface DiskDecision {
  /** Such as `disk_config/FAIBASE`. */
  readonly path: string;
  /** absent when the machine's disks are not known, or the layout does not fit them. */
  readonly plan?: DiskPlan;
  readonly problem?: Problem;
}

export interface Machine {
  /** Empty when they are not known. */
  readonly disks: readonly Disk[];
  readonly ramBytes?: number | undefined;
  /** Arrays and logical volumes that are on the disks now. */
  readonly volumes?: readonly ExistingVolume[];
}

/**
 * Resolves a config space for one host. Class scripts and .var files run, in a shell, with the variables of `request`.
 * @throws InputError `profile-space`, `class-name`
 */
export async function explain(request: ClassRequest, machine: Machine): Promise<Explanation> {
  const { space, host } = request;
  const defined = await defineClasses(request);
  const classes = [...new Set(defined.classes.map((one) => one.name))];
  const resolved = await resolveVariables(space, host, classes);
  const packages = selectPackages(space, classes);
  const disks = decideDisks(space, classes, machine, host);
  const basefile = winner(space, 'basefiles', classes, /\.tar(\.\w+)?$/);
  return {
    host,
    classes: defined.classes,
    variables: resolved.variables,
    ...(disks && { disks }),
    ...(basefile !== undefined && { basefile }),
    debconf: classes.filter((name) => isFile(join(space, 'debconf', name))),
    packages: packages.blocks,
    packageCommands: packageCommands(packages, maxPackages(resolved.variables)),
    files: chooseFiles(fileTargets(space), classes),
    hooks: hooksOf(space, classes),
    scripts: scriptsOf(space, 'scripts', classes),
    tests: scriptsOf(space, 'tests', classes),
    problems: [...defined.problems, ...resolved.problems, ...packages.problems],
  };
}

function maxPackages(variables: readonly Variable[]): number | undefined {
  const value = Number(variables.find((one) => one.name === 'MAXPACKAGES')?.value);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** The disk_config file of the highest class that has one; it is not merged with others. */
function decideDisks(
  space: string,
  classes: readonly string[],
  { disks, ramBytes, volumes }: Machine,
  hostname: string,
): DiskDecision | undefined {
  const name = winner(space, 'disk_config', classes);
  if (name === undefined) return undefined;
  const path = `disk_config/${name}`;
  if (disks.length === 0) return { path };
  try {
    const text = readFileSync(join(space, path), 'utf8');
    return { path, plan: planDisks(text, disks, { ramBytes, hostname, volumes }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, message, line } = error;
    return {
      path,
      problem: { severity: 'error', code, path, message, ...(line !== undefined && { line }) },
    };
  }
}

/** The file of the highest class, by its whole name or by what is left without `suffix`. */
function winner(
  space: string,
  folder: string,
  classes: readonly string[],
  suffix?: RegExp,
): string | undefined {
  const root = join(space, folder);
  if (!existsSync(root)) return undefined;
  const names = readdirSync(root).filter((name) => isFile(join(root, name)));
  const usable = suffix ? names.filter((name) => suffix.test(name)) : names;
  const bare = (name: string) => (suffix ? name.replace(suffix, '') : name);
  const best = classes.findLast((name) => usable.some((file) => bare(file) === name));
  return usable.find((file) => bare(file) === best);
}

function hooksOf(space: string, classes: readonly string[]): readonly string[] {
  const root = join(space, 'hooks');
  if (!existsSync(root)) return [];
  const names = readdirSync(root).toSorted();
  return classes.flatMap((name) =>
    names
      .filter((file) => file.endsWith(`.${name}`) || file.endsWith(`.${name}.sh`))
      .map((file) => `hooks/${file}`),
  );
}

/** scripts/CLASS, then scripts/CLASS/NN-name, for each class in order; only what is executable. */
function scriptsOf(space: string, folder: string, classes: readonly string[]): readonly string[] {
  return classes.flatMap((name) => {
    const path = `${folder}/${name}`;
    const status = statSync(join(space, path), { throwIfNoEntry: false });
    if (status?.isFile()) return (status.mode & 0o111) === 0 ? [] : [path];
    if (!status?.isDirectory()) return [];
    return readdirSync(join(space, path))
      .filter((file) => /^\d\d/.test(file) && !/(~|\.dpkg-\w+)$/.test(file))
      .toSorted()
      .map((file) => `${path}/${file}`)
      .filter((file) => isExecutable(join(space, file)));
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isExecutable(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && (status.mode & 0o111) !== 0;
}
