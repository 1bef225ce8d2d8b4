/** The repository as its own checks see it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** Files that git tracks or would track, relative to the root. */
export function files(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

export function contents(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export interface Import {
  readonly file: string;
  /** As it is written: `../wire/xdr.ts`, `node:fs`. */
  readonly specifier: string;
  /** Relative to the root; undefined for packages and Node's own modules. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

const STATEMENT =
  /^\s*(?:import|export)\s(?<clause>type\s)?(?:[^'";]*?\sfrom\s)?\s*['"](?<specifier>[^'"]+)['"]/gm;
/** `await import('…')`, `new URL('…', import.meta.url)` and the like: any other quoted path of a source file. */
const MENTION = /['"`](?<specifier>\.{0,2}\/?[\w./-]+\.(?:ts|tsx|mjs|css))['"`]/g;

/** The imports of one source file, dynamic ones and workers by their path included. */
export function importsOf(file: string): Import[] {
  const text = contents(file);
  const found = new Map<string, Import>();
  for (const match of text.matchAll(STATEMENT)) {
    const specifier = match.groups?.['specifier'] ?? '';
    const typeOnly = match.groups?.['clause'] !== undefined;
    found.set(specifier, { file, specifier, target: resolve(file, specifier), typeOnly });
  }
  for (const match of text.matchAll(MENTION)) {
    const specifier = match.groups?.['specifier'] ?? '';
    if (!found.has(specifier) && specifier.startsWith('.')) {
      found.set(specifier, { file, specifier, target: resolve(file, specifier), typeOnly: false });
    }
  }
  return [...found.values()];
}

function resolve(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined;
}
