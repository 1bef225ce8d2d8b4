import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { meetsCondition } from './class-condition.ts';
import type { Problem } from './problem.ts';

/** The package tools' actions in the order they run, whatever the order in the files (install_packages(8)). */
export const PACKAGE_ACTIONS = [
  'y2i',
  'y2r',
  'zypper',
  'zypper-pattern',
  'zypper-product',
  'zypper-rm',
  'yast',
  'rpmr',
  'urpmi',
  'urpme',
  'yumgroup',
  'yumi',
  'yumr',
  'dnfgroup',
  'dnfi',
  'dnfr',
  'smarti',
  'smartr',
  'hold',
  'taskrm',
  'taskinst',
  'cupt',
  'cupt-r',
  'install',
  'install-norec',
  'aptitude',
  'aptitude-r',
  'apt',
  'unpack',
  'remove',
  'dselect-upgrade',
  'pacman-Rns',
  'pacman-S',
  'apk-add',
  'apk-del',
] as const;
export type PackageAction = (typeof PACKAGE_ACTIONS)[number];

/** Actions that take names of Debian packages. */
const DEBIAN_NAMES: ReadonlySet<PackageAction> = new Set<PackageAction>([
  'hold',
  'install',
  'install-norec',
  'aptitude',
  'aptitude-r',
  'apt',
  'unpack',
  'remove',
  'cupt',
  'cupt-r',
]);

/** One `PACKAGES` line with the names below it. */
export interface PackageBlock {
  /** Relative to the config space. */
  readonly path: string;
  readonly line: number;
  readonly class: string;
  readonly action: PackageAction;
  /** From `release=NAME`; empty for none. */
  readonly release: string;
  /** Classes of which one must be defined, or a boolean expression; empty for always. */
  readonly condition: string;
  readonly packages: readonly string[];
}

export interface Preload {
  readonly url: string;
  readonly folder: string;
  /** Removed again when the packages are installed. */
  readonly remove: boolean;
}

export interface PackageConfig {
  readonly blocks: readonly PackageBlock[];
  readonly preloads: readonly Preload[];
  readonly problems: readonly Problem[];
}

/**
 * Reads one file of package_config/.
 * @param path relative to the config space, for messages
 * Source: install_packages(8) and its reader (FAI 6.0, with the class expressions of 6.4).
 */
export function parsePackageConfig(text: string, path: string, ofClass: string): PackageConfig {
  const blocks: (PackageBlock & { packages: string[] })[] = [];
  const preloads: Preload[] = [];
  const problems: Problem[] = [];
  let unknown = false;
  const report = (severity: Problem['severity'], code: string, line: number, message: string) =>
    problems.push({ severity, code, path, line, message });
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const words = content.replace(/#.*/, '').trim().split(/\s+/);
    const [first = '', second = '', third = ''] = words;
    if (first === '') continue;
    if (first === 'PRELOAD' || first === 'PRELOADRM') {
      if (third === '')
        report('error', 'package-syntax', line, `${first} needs a URL and a folder`);
      else preloads.push({ url: second, folder: third, remove: first === 'PRELOADRM' });
    } else if (first === 'PACKAGES') {
      const block = header(words, { path, line, class: ofClass }, report);
      unknown = block === undefined;
      if (block) blocks.push(block);
    } else if (unknown) {
      // Belongs to an action that is reported already.
    } else {
      const block = blocks.at(-1);
      if (!block) report('error', 'package-header', line, 'there is no PACKAGES line before this');
      else {
        block.packages.push(...words);
        if (DEBIAN_NAMES.has(block.action)) for (const word of words) checkName(word, line, report);
      }
    }
  }
  return { blocks, preloads, problems };
}

type Report = (severity: Problem['severity'], code: string, line: number, message: string) => void;

function header(
  words: readonly string[],
  at: { readonly path: string; readonly line: number; readonly class: string },
  report: Report,
): (PackageBlock & { packages: string[] }) | undefined {
  const [, action = '', ...rest] = words;
  if (!(PACKAGE_ACTIONS as readonly string[]).includes(action)) {
    const text = action === '' ? 'PACKAGES needs an action' : `unknown action "${action}"`;
    report('error', 'package-action', at.line, `${text}: one of ${PACKAGE_ACTIONS.join(' ')}`);
    return undefined;
  }
  const option = rest[0]?.includes('=') ? rest[0] : undefined;
  const release = /^release=(\S+)$/.exec(option ?? '')?.[1] ?? '';
  if (option !== undefined && release === '') {
    report('error', 'package-option', at.line, `unknown option "${option}": only release=NAME`);
  }
  const condition = rest.slice(option === undefined ? 0 : 1).join(' ');
  if (condition !== '' && meetsCondition(condition, []) === undefined) {
    report('error', 'package-condition', at.line, `cannot read the condition "${condition}"`);
  }
  return { ...at, action: action as PackageAction, release, condition, packages: [] };
}

function checkName(word: string, line: number, report: Report): void {
  const name = word.replace(/\$\{\w+\}|\$\w+/g, '');
  if (/[A-Z]/.test(name)) {
    const text = `"${word}" has an upper case letter; names of Debian packages are lower case`;
    report('warning', 'package-name', line, text);
  }
}

/**
 * The blocks that count for a class list: the files of its classes in class order, conditions applied.
 * @param classes lowest priority first
 */
export function selectPackages(space: string, classes: readonly string[]): PackageConfig {
  const configs = classes.flatMap((name) => {
    const path = `package_config/${name}`;
    const file = statSync(join(space, path), { throwIfNoEntry: false });
    if (!file?.isFile()) return [];
    return [parsePackageConfig(readFileSync(join(space, path), 'utf8'), path, name)];
  });
  return {
    blocks: configs
      .flatMap((one) => one.blocks)
      .filter((block) => block.condition === '' || meetsCondition(block.condition, classes)),
    preloads: configs.flatMap((one) => one.preloads),
    problems: configs.flatMap((one) => one.problems),
  };
}
