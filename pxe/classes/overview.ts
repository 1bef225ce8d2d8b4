import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { CLASS_NAME } from './class-list.ts';
import { fileTargets } from './files.ts';

/** The parts of a config space that a class can have something in. */
export const PARTS = [
  'variables',
  'disk_config',
  'package_config',
  'debconf',
  'basefiles',
  'files',
  'scripts',
  'hooks',
  'tests',
] as const;
export type Part = (typeof PARTS)[number];

export interface ClassOverview {
  readonly class: string;
  /** How many entries of each part belong to the class; parts without one are absent. */
  readonly parts: Readonly<Partial<Record<Part, number>>>;
}

/**
 * Lists every class that a config space has something for.
 * @throws InputError `profile-space` when there is no class folder
 */
export function overview(space: string): readonly ClassOverview[] {
  if (!existsSync(join(space, 'class'))) {
    throw new InputError('profile-space', `${space} is no config space: it has no folder class/`);
  }
  const counts = new Map<string, Partial<Record<Part, number>>>();
  const count = (name: string, part: Part) => {
    if (!CLASS_NAME.test(name)) return;
    const parts = counts.get(name) ?? {};
    parts[part] = (parts[part] ?? 0) + 1;
    counts.set(name, parts);
  };
  for (const name of list(space, 'class')) {
    if (name.endsWith('.var')) count(name.slice(0, -4), 'variables');
  }
  for (const name of list(space, 'disk_config')) count(name, 'disk_config');
  for (const name of list(space, 'package_config'))
    count(name.replace(/\.(gpg|asc)$/, ''), 'package_config');
  for (const name of list(space, 'debconf')) count(name, 'debconf');
  for (const name of list(space, 'basefiles')) {
    const match = /^(.+?)\.tar(\.\w+)?$/.exec(name);
    if (match?.[1] !== undefined) count(match[1], 'basefiles');
  }
  for (const { classes } of fileTargets(space)) for (const name of classes) count(name, 'files');
  for (const name of list(space, 'hooks')) {
    count(name.replace(/^[^.]+\./, '').replace(/\.sh$/, ''), 'hooks');
  }
  for (const part of ['scripts', 'tests'] as const) {
    for (const name of list(space, part)) {
      const inside = statSync(join(space, part, name), { throwIfNoEntry: false })?.isDirectory()
        ? list(space, `${part}/${name}`)
        : [name];
      if (!name.endsWith('.pm')) for (const _ of inside) count(name, part);
    }
  }
  return [...counts]
    .map(([name, parts]) => ({ class: name, parts }))
    .toSorted((a, b) => (a.class < b.class ? -1 : 1));
}

function list(space: string, folder: string): readonly string[] {
  const path = join(space, folder);
  return existsSync(path) ? readdirSync(path).filter((name) => !/(~|\.bak)$|^\./.test(name)) : [];
}
