import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/data-folder.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { View, ViewOrigin, ViewProblem } from '../../wire/views.ts';
import { parseView, VIEW_LENGTH_MAX } from './parse-view.ts';

/** A view and the file that it comes from. */
export interface StoredView {
  readonly name: string;
  readonly text: string;
  /** Of the text. */
  readonly version: string;
  readonly origin: ViewOrigin;
  /** It stands in place of a built-in view. */
  readonly isOverride: boolean;
  /** null for built-in views */
  readonly changedMs: number | null;
  /** null when it has problems */
  readonly view: View | null;
  readonly problems: readonly ViewProblem[];
}

const BUILT_IN_FOLDER = join(import.meta.dirname, 'built-in');
const EXTENSION = '.yaml';
/** A name is a file name and a part of a URL. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

interface Cached {
  /** Of the file when it was read. */
  readonly stamp: string;
  readonly view: StoredView;
}

/**
 * Views as YAML files, `NAME.yaml`, of one folder, over the built-in ones. The folder may be changed by others at any time (git, an
 * editor): files are looked at when they are asked for, and read again when they are not what they were.
 */
export class ViewStore {
  readonly #folder: string;
  readonly #read = new Map<string, Cached>();

  /** @param folder is made when the first view is saved */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By name. */
  list(): StoredView[] {
    const names = new Set([...namesIn(BUILT_IN_FOLDER), ...namesIn(this.#folder)]);
    return [...names].sort().flatMap((name) => this.#find(name) ?? []);
  }

  /** @throws InputError `view-name`, `view-unknown` */
  get(name: string): StoredView {
    checkName(name);
    const found = this.#find(name);
    if (found) return found;
    throw new InputError('view-unknown', `there is no view ${name}`, { field: 'name' });
  }

  /**
   * Writes a file, whole or not at all, and to the disk before it returns.
   * @param version of the text that the new one takes the place of; undefined = there must be no file of this name yet
   * @throws InputError `view-name`, `view-invalid`, `view-exists`, `view-changed`, `view-folder`
   */
  save(name: string, text: string, version: string | undefined): StoredView {
    checkName(name);
    const { problems } = parseView(text);
    const [first] = problems;
    if (first) {
      const where = first.line > 0 ? `line ${first.line}, column ${first.column}: ` : '';
      throw new InputError('view-invalid', `${where}${first.field} ${first.message}`, {
        line: first.line,
        field: first.field,
      });
    }
    const before = this.#find(name);
    if (version !== undefined) checkVersion(name, before, version);
    else if (before?.origin === 'own')
      throw new InputError('view-exists', `there is a view ${name} already`, { field: 'name' });
    try {
      this.#write(name, text);
    } catch (error) {
      throw new InputError(
        'view-folder',
        `cannot write views in ${this.#folder}: ${reasonOf(error)}`,
        { cause: error },
      );
    }
    return this.get(name);
  }

  /**
   * Deletes a file; a built-in view of the same name shows again.
   * @throws InputError `view-name`, `view-unknown`, `view-changed`, `view-built-in`
   */
  remove(name: string, version: string | undefined): void {
    const found = this.get(name);
    if (found.origin === 'built-in')
      throw new InputError(
        'view-built-in',
        `${name} is a built-in view and stays; save another of this name to show in its place`,
      );
    if (version !== undefined) checkVersion(name, found, version);
    rmSync(this.#path(name));
    this.#read.delete(this.#path(name));
  }

  #path(name: string): string {
    return join(this.#folder, name + EXTENSION);
  }

  #find(name: string): StoredView | undefined {
    const builtIn = this.#load(name, join(BUILT_IN_FOLDER, name + EXTENSION), 'built-in');
    const own = this.#load(name, this.#path(name), 'own');
    return own && builtIn ? { ...own, isOverride: true } : (own ?? builtIn);
  }

  #load(name: string, file: string, origin: ViewOrigin): StoredView | undefined {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) return undefined;
    const stamp = `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    const cached = this.#read.get(file);
    if (cached?.stamp === stamp) return cached.view;
    const text = readStart(file);
    const changedMs = origin === 'own' ? Math.round(stat.mtimeMs) : null;
    const version = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    const view = { name, text, version, origin, isOverride: false, changedMs, ...parseView(text) };
    this.#read.set(file, { stamp, view });
    return view;
  }

  #write(name: string, text: string): void {
    makeFolder(this.#folder);
    const file = this.#path(name);
    const draft = `${file}.new`;
    const out = openSync(draft, 'w', 0o644);
    try {
      writeFileSync(out, text);
      fsyncSync(out);
    } finally {
      closeSync(out);
    }
    renameSync(draft, file);
    const folder = openSync(this.#folder, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }
}

/** Of a file that is too large, just so much that the parser says so: 4 bytes make a character at most. */
function readStart(file: string): string {
  const bytes = Buffer.alloc(4 * VIEW_LENGTH_MAX + 4);
  const input = openSync(file, 'r');
  try {
    return bytes.toString('utf8', 0, readSync(input, bytes));
  } finally {
    closeSync(input);
  }
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .filter((name) => NAME.test(name));
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new InputError(
    'view-name',
    `view name ${JSON.stringify(name.slice(0, 80))} must be 1 to 63 of a-z, 0-9, - and _, the first a letter or digit`,
    { field: 'name' },
  );
}

function checkVersion(name: string, found: StoredView | undefined, version: string): void {
  if (found?.version === version) return;
  const what = found ? 'was changed' : 'was deleted';
  throw new InputError(
    'view-changed',
    `view ${name} ${what} since you read it; compare the two, then save again`,
  );
}
