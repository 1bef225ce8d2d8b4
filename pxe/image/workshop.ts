import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Architecture } from '../../wire/pxe.ts';
import { loadSigningKey, type SigningKey } from '../installer/signature.ts';
import { provideToolbox, type Toolbox } from '../installer/toolbox.ts';
import type { BuildStep } from './build.ts';
import { ImageShelf } from './shelf.ts';
import type { PackageSources } from './sources.ts';
import { ImageStore } from './store.ts';

export interface WorkshopOptions {
  /** Data folder of the appliance. */
  readonly data: string;
  /** Folder of the config space. */
  readonly space: string;
  /** Of toolbox and images. */
  readonly sources: PackageSources;
  /** More packages of the toolbox. */
  readonly installerPackages: readonly string[];
  readonly clock: Clock;
  readonly onStep?: (id: string, step: BuildStep) => void;
  readonly onFailure?: (id: string, reason: string) => void;
  readonly onLine?: (line: string) => void;
}

/** Everything that is made of Debian packages on the appliance, below its data folder: the toolbox, and images from it. */
export class Workshop {
  readonly key: SigningKey;
  readonly images: ImageStore;
  readonly shelf: ImageShelf;
  readonly #options: WorkshopOptions;
  readonly #stop = new AbortController();
  readonly #toolboxes = new Map<Architecture, Promise<Toolbox>>();

  constructor(options: WorkshopOptions) {
    const { data, space, sources, clock, onStep, onFailure, onLine } = options;
    this.#options = options;
    this.key = loadSigningKey(join(data, 'signing.pem'));
    this.images = new ImageStore(join(data, 'images'), this.key.publicKey);
    this.shelf = new ImageShelf({
      store: this.images,
      space,
      base: sources,
      toolbox: (architecture) => this.toolbox(architecture),
      key: this.key,
      data,
      clock,
      ...(onStep && { onStep }),
      ...(onFailure && { onFailure }),
      ...(onLine && { onLine }),
    });
  }

  /** One toolbox for all machines of a processor; a failure is tried again by the next who asks. */
  toolbox(architecture: Architecture): Promise<Toolbox> {
    const known = this.#toolboxes.get(architecture);
    if (known !== undefined) return known;
    const { data, sources, installerPackages, onStep, onLine } = this.#options;
    const toolbox = provideToolbox({
      folder: join(data, 'toolbox'),
      sources,
      architecture,
      packages: installerPackages,
      onBuild: (id) => onStep?.(id, { step: 'toolbox', percent: 0 }),
      ...(onLine && { onLine }),
      signal: this.#stop.signal,
    }).catch((error: unknown) => {
      this.#toolboxes.delete(architecture);
      throw error;
    });
    this.#toolboxes.set(architecture, toolbox);
    return toolbox;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.shelf.close();
  }
}
