import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';

/** SHA-256 of files that are too large to be read each time somebody asks: one is read again when it has changed. */
export class FileHashes {
  readonly #known = new Map<string, { readonly version: string; readonly hash: Promise<string> }>();

  /** @returns hexadecimal digits; rejects with what the file system says */
  of(file: string): Promise<string> {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    const version = `${ino} ${size} ${mtimeNs}`;
    const known = this.#known.get(file);
    if (known?.version === version) return known.hash;
    const hash = hashInPieces(file);
    this.#known.set(file, { version, hash });
    hash.catch(() => this.#known.delete(file));
    return hash;
  }
}

/** Piece by piece, so that others are served in between. */
async function hashInPieces(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(piece as Buffer);
  }
  return hash.digest('hex');
}
