import { createHash, randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { InputError } from '../../base/errors.ts';
import type { Role } from './role.ts';

/** Part of the schema of `registry.db`. */
export const TOKEN_TABLE = `
  CREATE TABLE token (
    name       TEXT PRIMARY KEY,
    role       TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE,    -- SHA-256 of the token
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER                  -- last use, to the hour
  ) STRICT, WITHOUT ROWID;`;

/** A token as it is listed; the secret itself is nowhere. */
export interface Token {
  readonly name: string;
  readonly role: Role;
  readonly createdMs: number;
  readonly usedMs: number | null;
}

/** So that a token is recognised where it should not be, such as in a commit. */
const PREFIX = 'cmon_';
const SECRET_SIZE = 24;
const TOKEN_MAX = 128;
/** Uses closer together than this are not written down again. */
const USE_STEP_MS = 3_600_000;
const NAME = /^[\w.@-]{1,64}$/;

/** Access tokens. Their secrets have 192 random bits, so that a plain hash keeps them (nothing to guess). */
export class TokenStore {
  readonly #add;
  readonly #list;
  readonly #remove;
  readonly #find;
  readonly #touch;

  constructor(registry: Database.Database) {
    this.#add = registry.prepare<[string, string, Buffer, number]>(
      'INSERT INTO token (name, role, hash, created_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#list = registry.prepare<[], Token>(
      'SELECT name, role, created_ms AS createdMs, used_ms AS usedMs FROM token ORDER BY name',
    );
    this.#remove = registry.prepare<[string]>('DELETE FROM token WHERE name = ?');
    this.#find = registry.prepare<[Buffer], Token>(
      'SELECT name, role, created_ms AS createdMs, used_ms AS usedMs FROM token WHERE hash = ?',
    );
    this.#touch = registry.prepare<[number, string]>('UPDATE token SET used_ms = ? WHERE name = ?');
  }

  /**
   * @returns the token's text, which is shown this once
   * @throws InputError `token-name`, `token-exists`
   */
  add(name: string, role: Role, nowMs: number): string {
    if (!NAME.test(name)) {
      throw new InputError(
        'token-name',
        `token name ${JSON.stringify(name)} must be 1 to 64 letters, digits, or any of _ . @ -`,
        { field: 'name' },
      );
    }
    const token = PREFIX + randomBytes(SECRET_SIZE).toString('base64url');
    if (this.#add.run(name, role, hashOf(token), nowMs).changes === 0) {
      throw new InputError(
        'token-exists',
        `there is a token ${name} already; revoke it first, or choose another name`,
        { field: 'name' },
      );
    }
    return token;
  }

  list(): Token[] {
    return this.#list.all();
  }

  /** @throws InputError `token-unknown` */
  revoke(name: string): void {
    if (this.#remove.run(name).changes === 0) {
      throw new InputError(
        'token-unknown',
        `there is no token ${name}; \`clustermon token list\` shows them`,
        { field: 'name' },
      );
    }
  }

  /** @returns who shows this token, or undefined when nobody has it */
  find(token: string, nowMs: number): Token | undefined {
    if (token.length > TOKEN_MAX) return undefined;
    const found = this.#find.get(hashOf(token));
    if (found && nowMs - (found.usedMs ?? 0) >= USE_STEP_MS) this.#touch.run(nowMs, found.name);
    return found;
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
