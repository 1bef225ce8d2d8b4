import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import { InputError, WorldError } from '../../base/errors.ts';

const run = promisify(execFile);
/** A config space holds scripts and small files; large ones belong in packages. Base files stay on the appliance. */
const SPACE_BYTES_MAX = 256 * 1024 * 1024;
/** Archives that machines may still ask for after a change of the space. */
const KEPT_MAX = 4;
/** Machines that start together share one look at the folder. */
const FRESH_MS = 2000;

/** The config space as machines get it: one tar archive, the same bytes for the same content. */
export class SpaceArchive {
  readonly folder: string;
  readonly #clock: Clock;
  readonly #archives = new Map<string, Buffer>();
  #latest: Promise<string> | undefined;
  #latestMs = 0;

  constructor(folder: string, clock: Clock) {
    this.folder = folder;
    this.#clock = clock;
  }

  /**
   * Packs the folder as it is now.
   * @returns hash of the archive
   * @throws WorldError `space-archive` when it cannot be read, or has more than 256 MiB
   */
  current(): Promise<string> {
    const nowMs = this.#clock.nowMs();
    if (!this.#latest || nowMs - this.#latestMs > FRESH_MS) {
      this.#latestMs = nowMs;
      this.#latest = this.#pack();
    }
    return this.#latest;
  }

  /** @throws InputError `space-unknown` for a hash that is not, or no longer, there */
  bytes(sha256: string): Buffer {
    const archive = this.#archives.get(sha256);
    if (!archive) throw new InputError('space-unknown', `there is no config space ${sha256}`);
    return archive;
  }

  async #pack(): Promise<string> {
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
    const left = ['--exclude-vcs', '--exclude=./basefiles'];
    try {
      const { stdout } = await run('tar', ['--create', ...same, ...left, '-C', this.folder, '.'], {
        encoding: 'buffer',
        maxBuffer: SPACE_BYTES_MAX,
      });
      const sha256 = createHash('sha256').update(stdout).digest('hex');
      this.#archives.delete(sha256);
      this.#archives.set(sha256, stdout);
      const [oldest] = this.#archives.keys();
      if (this.#archives.size > KEPT_MAX && oldest !== undefined) this.#archives.delete(oldest);
      return sha256;
    } catch (cause) {
      throw new WorldError('space-archive', `packing ${this.folder}`, cause);
    }
  }
}
