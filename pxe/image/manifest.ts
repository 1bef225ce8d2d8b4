/** Describes an image, so that a machine can check each part of it before it uses it. */

import type { Architecture } from '../../wire/pxe.ts';

/** Every chunk but the last has this many bytes. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

export interface Manifest {
  /** Names the inputs: base, classes, packages, debconf … (recipe.ts). */
  readonly id: string;
  readonly suite: string;
  readonly architecture: Architecture;
  /** The classes whose parts went in, lowest priority first. */
  readonly classes: readonly string[];
  /** Of the archive, a tar compressed with zstd. */
  readonly sizeBytes: number;
  /** Of the tar before compression. */
  readonly contentBytes: number;
  /** Hash of the archive. */
  readonly sha256: string;
  readonly chunkBytes: number;
  /** SHA-256 of each chunk, in order. */
  readonly chunks: readonly string[];
  readonly packages: number;
  /** When it was built, milliseconds since the epoch. */
  readonly builtMs: number;
}
