import { lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Files beside the class files of a target, which fcopy(8) reads itself. */
export const FCOPY_CONTROL_FILES: ReadonlySet<string> = new Set([
  'preinst',
  'postinst',
  'file-modes',
  '_substitute',
]);
/** Folders that fcopy(8) does not look into. */
const IGNORED_FOLDERS = new Set(['CVS', '.svn', '.arch-ids', '{arch}', '.git']);

export interface FileTarget {
  /** Path on the node, without a leading slash. */
  readonly target: string;
  /** Classes that have a file for it, in name order. */
  readonly classes: readonly string[];
}

/** Everything under files/: folders that hold files are the targets. */
export function fileTargets(space: string): readonly FileTarget[] {
  const root = join(space, 'files');
  const targets: FileTarget[] = [];
  const visit = (folder: string) => {
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    const classes = entries
      .filter((entry) => !entry.isDirectory() && !FCOPY_CONTROL_FILES.has(entry.name))
      .map((entry) => entry.name);
    if (classes.length > 0) targets.push({ target: relative(root, folder), classes });
    for (const entry of entries) {
      if (entry.isDirectory() && !IGNORED_FOLDERS.has(entry.name)) visit(join(folder, entry.name));
    }
  };
  if (lstatSync(root, { throwIfNoEntry: false })?.isDirectory()) visit(root);
  return targets;
}

/**
 * The class whose file fcopy(8) would copy to each target: the one with the highest priority that has a file.
 * @param classes lowest priority first
 * @returns targets without a match left out
 */
export function chooseFiles(
  targets: readonly FileTarget[],
  classes: readonly string[],
): readonly { readonly target: string; readonly class: string }[] {
  return targets.flatMap(({ target, classes: present }) => {
    const winner = classes.findLast((name) => present.includes(name));
    return winner === undefined ? [] : [{ target, class: winner }];
  });
}
