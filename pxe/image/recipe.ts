import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../../wire/pxe.ts';
import type { FileHashes } from './file-hashes.ts';
import type { PackageSources } from './sources.ts';

const BASES = 'basefiles';

/** Folders whose entries for the classes of an image go into it; scripts/, disk_config/ and most of files/ are the node's own business. */
const PARTS: readonly { readonly folder: string; readonly owner: RegExp }[] = [
  { folder: 'class', owner: /^(.+)\.var$/ },
  { folder: 'package_config', owner: /^(.+?)(?:\.(?:gpg|asc))?$/ },
  { folder: 'debconf', owner: /^(.+)$/ },
  { folder: BASES, owner: /^(.+?)\.tar(?:\.\w+)?$/ },
  {
    folder: 'hooks',
    owner: /^(?:setup|defvar|extrbase|debconf|repository|updatebase|instsoft)\.(.+?)(?:\.sh)?$/,
  },
];
/** Targets of fcopy that FAI's repository task reads. */
const REPOSITORY_FILES = ['files/etc/apt', 'files/etc/hosts', 'files/etc/resolv.conf'] as const;

const ALWAYS = new Set(['DEFAULT', 'LAST']);

export interface RecipeInputs {
  readonly space: string;
  /** The node's class list. */
  readonly classes: readonly string[];
  /** Base system, when no class has a basefile. */
  readonly base: PackageSources;
  readonly toolbox: { readonly id: string; readonly architecture: Architecture };
  /** Hash of the agent's package. */
  readonly agentSha256: string;
  /** Of base systems, some hundred megabytes each. */
  readonly baseHashes: FileHashes;
}

export interface Recipe {
  /** Equal for equal inputs. */
  readonly id: string;
  readonly architecture: Architecture;
  /** Those of the class list that bear on the image: they own one of its files, or such a file names them. */
  readonly classes: readonly string[];
  /** Files of the config space that count, with their hashes. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** A class brings the base system itself. */
  readonly hasBasefile: boolean;
}

/** Names an image by everything that goes into it: a change to a script leaves it as it is, a change to a package list does not. */
export async function imageRecipe(inputs: RecipeInputs): Promise<Recipe> {
  const listed = [...new Set(inputs.classes)];
  const own = ownedFiles(inputs.space).filter((one) => listed.includes(one.owner));
  const texts = own.filter((one) => !isBase(one.path));
  const text = texts.map((one) => readFileSync(join(inputs.space, one.path), 'latin1')).join('\n');
  const named = new Set(text.match(/[A-Za-z0-9_.-]+/g));
  const classes = listed.filter(
    (name) => ALWAYS.has(name) || named.has(name) || own.some((one) => one.owner === name),
  );
  const paths = [
    ...own.map((one) => one.path),
    ...REPOSITORY_FILES.flatMap((folder) => filesBelow(inputs.space, folder)),
  ].toSorted();
  const { space, base, toolbox, agentSha256, baseHashes } = inputs;
  const files = await Promise.all(
    paths.map(async (path) => {
      const file = join(space, path);
      return { path, sha256: isBase(path) ? await baseHashes.of(file) : hashOf(file) };
    }),
  );
  const content = JSON.stringify({ classes, files, base, toolbox, agentSha256 });
  return {
    id: `image-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`,
    architecture: toolbox.architecture,
    classes,
    files,
    hasBasefile: files.some((one) => isBase(one.path)),
  };
}

function isBase(path: string): boolean {
  return path.startsWith(`${BASES}/`);
}

function ownedFiles(space: string): readonly { path: string; owner: string }[] {
  return PARTS.flatMap(({ folder, owner }) => {
    if (!existsSync(join(space, folder))) return [];
    return readdirSync(join(space, folder)).flatMap((name) => {
      const of = owner.exec(name)?.[1];
      const path = `${folder}/${name}`;
      const isFile = statSync(join(space, path), { throwIfNoEntry: false })?.isFile() === true;
      return of !== undefined && isFile ? [{ path, owner: of }] : [];
    });
  });
}

function filesBelow(space: string, folder: string): readonly string[] {
  if (!existsSync(join(space, folder))) return [];
  return readdirSync(join(space, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(space.length).replace(/^\/+/, ''));
}

function hashOf(file: string): string {
  const mode = (statSync(file).mode & 0o111) === 0 ? '' : 'x';
  return createHash('sha256').update(mode).update(readFileSync(file)).digest('hex');
}
