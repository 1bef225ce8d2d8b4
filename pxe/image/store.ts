import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Signed } from '../installer/protocol.ts';
import { openSigned } from '../installer/signature.ts';
import { hashArchive } from './archive.ts';
import type { Manifest } from './manifest.ts';

const IMAGE_ID = /^image-[0-9a-f]{16}$/;

/** Images of the appliance: a folder each, with the archive and its signed manifest. */
export class ImageStore {
  readonly folder: string;
  readonly #publicKey: string;

  /** @param publicKey PEM of the key that signs manifests */
  constructor(folder: string, publicKey: string) {
    this.folder = folder;
    this.#publicKey = publicKey;
    mkdirSync(folder, { recursive: true });
  }

  list(): readonly Manifest[] {
    return readdirSync(this.folder)
      .filter((name) => IMAGE_ID.test(name))
      .map((id) => this.manifest(id))
      .toSorted((a, b) => b.builtMs - a.builtMs);
  }

  has(id: string): boolean {
    return IMAGE_ID.test(id) && existsSync(join(this.folder, id, 'manifest.json'));
  }

  /** @throws InputError `image-unknown` or `signature` */
  manifest(id: string): Manifest {
    return openSigned<Manifest>(this.signedManifest(id), this.#publicKey);
  }

  /** @throws InputError `image-unknown` */
  signedManifest(id: string): Signed {
    if (!this.has(id)) throw new InputError('image-unknown', `there is no image ${id}`);
    return JSON.parse(readFileSync(join(this.folder, id, 'manifest.json'), 'utf8')) as Signed;
  }

  archive(id: string): string {
    return join(this.folder, id, 'data.tar.zst');
  }

  /** Adds a folder with `data.tar.zst` under the name of its manifest; it is there whole or not at all. */
  add(id: string, built: string, manifest: Signed): void {
    writeFileSync(join(built, 'manifest.json'), `${JSON.stringify(manifest)}\n`);
    rmSync(join(this.folder, id), { recursive: true, force: true });
    renameSync(built, join(this.folder, id));
  }

  /**
   * Reads an image again and compares it with its manifest.
   * @throws InputError `image-tampered` naming the first chunk that differs
   */
  async verify(id: string): Promise<Manifest> {
    const manifest = this.manifest(id);
    const found = await hashArchive(this.archive(id));
    const at = manifest.chunks.findIndex((hash, index) => hash !== found.chunks[index]);
    if (at >= 0 || found.sha256 !== manifest.sha256) {
      const where = at >= 0 ? `chunk ${at} differs` : 'it is longer';
      throw new InputError(
        'image-tampered',
        `${id} is not what was signed: ${where}; build it again`,
      );
    }
    return manifest;
  }

  /** @throws InputError `image-unknown` */
  remove(id: string): void {
    if (!this.has(id)) throw new InputError('image-unknown', `there is no image ${id}`);
    rmSync(join(this.folder, id), { recursive: true });
  }
}
