import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Explanation } from './explain.ts';

/** One thing that a machine would have otherwise if it were installed again. */
export interface Difference {
  readonly kind: 'class' | 'variable' | 'package' | 'file' | 'disks' | 'debconf' | 'script';
  readonly name: string;
  /** What it has now; absent when it does not have it. */
  readonly before?: string;
  /** What it would have; absent when it would not have it. */
  readonly after?: string;
}

/** A config space, and what it makes of a machine. */
export interface ExplainedSpace {
  /** Folder of the config space. */
  readonly space: string;
  readonly found: Explanation;
}

type Things = ReadonlyMap<string, string>;

/** What differs between two explanations of one machine: by kind, then in the order of the later one. */
export function differences(before: ExplainedSpace, after: ExplainedSpace): readonly Difference[] {
  const was = thingsOf(before);
  const is = thingsOf(after);
  return KINDS.flatMap((kind) => compare(kind, was[kind], is[kind]));
}

const KINDS = ['class', 'variable', 'disks', 'debconf', 'package', 'file', 'script'] as const;

function thingsOf({ space, found }: ExplainedSpace): Record<Difference['kind'], Things> {
  const content = (path: string) => `${path} (${contentHash(space, path)})`;
  const paths = (list: readonly string[]) => new Map(list.map((path) => [path, content(path)]));
  const packages = found.packages.flatMap(({ action, packages: names }) =>
    names.map((name) => [name, action] as const),
  );
  return {
    class: new Map(found.classes.map(({ name }) => [name, name])),
    variable: new Map(found.variables.map(({ name, value }) => [name, value])),
    disks: new Map(found.disks ? [['layout', content(found.disks.path)]] : []),
    debconf: paths(found.debconf.map((name) => `debconf/${name}`)),
    package: new Map(packages),
    file: new Map(
      found.files.map(({ target, class: name }) => [
        `/${target}`,
        content(`files/${target}/${name}`),
      ]),
    ),
    script: paths([...found.hooks, ...found.scripts, ...found.tests]),
  };
}

function compare(kind: Difference['kind'], was: Things, is: Things): readonly Difference[] {
  const names = [...is.keys(), ...[...was.keys()].filter((name) => !is.has(name))];
  return names.flatMap((name) => {
    const [before, after] = [was.get(name), is.get(name)];
    if (before === after) return [];
    return [
      {
        kind,
        name,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      },
    ];
  });
}

/** Enough of the hash to tell two versions of a file apart by eye. */
function contentHash(space: string, path: string): string {
  const file = join(space, path);
  if (!existsSync(file)) return 'missing';
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
}
