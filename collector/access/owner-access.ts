import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Token, TokenStore } from './token-store.ts';

const TOKEN_SIZE = 24;

/**
 * The stored tokens, and one that lives as long as this process: whoever may read the data folder finds it in `server.json`, and could
 * change everything in there anyway. By it the command line and pxe reach a collector that asks everyone for a token.
 */
export class OwnerAccess implements Pick<TokenStore, 'find'> {
  readonly token = randomBytes(TOKEN_SIZE).toString('base64url');
  readonly #tokens: Pick<TokenStore, 'find'>;
  readonly #bytes = Buffer.from(this.token);

  constructor(tokens: Pick<TokenStore, 'find'>) {
    this.#tokens = tokens;
  }

  find(token: string, nowMs: number): Token | undefined {
    const shown = Buffer.from(token);
    if (shown.length === this.#bytes.length && timingSafeEqual(shown, this.#bytes)) {
      return { name: 'owner', role: 'admin', createdMs: nowMs, usedMs: nowMs };
    }
    return this.#tokens.find(token, nowMs);
  }
}
