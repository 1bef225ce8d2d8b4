import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Architecture } from '../../wire/pxe.ts';
import type { SigningKey } from '../installer/signature.ts';
import type { Toolbox } from '../installer/toolbox.ts';
import { type AgentPackage, agentPackageIn } from './agent-package.ts';
import { type BuildStep, buildImage } from './build.ts';
import { FileHashes } from './file-hashes.ts';
import type { Manifest } from './manifest.ts';
import { imageRecipe, type Recipe } from './recipe.ts';
import { OWN_ARCHITECTURE } from './release.ts';
import type { PackageSources } from './sources.ts';
import type { ImageStore } from './store.ts';

export type ImageState =
  | { readonly state: 'ready'; readonly id: string }
  | { readonly state: 'building'; readonly step: string; readonly percent: number }
  | { readonly state: 'failed'; readonly reason: string };

/** A failed build is tried again when somebody asks after this time. */
const RETRY_MS = 60_000;

export interface ShelfOptions {
  readonly store: ImageStore;
  readonly space: string;
  readonly base: PackageSources;
  readonly toolbox: (architecture: Architecture) => Promise<Toolbox>;
  readonly key: SigningKey;
  /** For packages, base systems. */
  readonly data: string;
  readonly clock: Clock;
  readonly onStep?: (id: string, step: BuildStep) => void;
  readonly onFailure?: (id: string, reason: string) => void;
  readonly onLine?: (line: string) => void;
}

/** Gives images by class list; builds what is missing, one at a time. */
export class ImageShelf {
  readonly #options: ShelfOptions;
  readonly #steps = new Map<string, BuildStep>();
  readonly #failures = new Map<string, { reason: string; atMs: number }>();
  readonly #baseHashes = new FileHashes();
  readonly #stop = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  /** In every image, and for machines that exist already. */
  readonly agentPackage: () => Promise<AgentPackage>;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.agentPackage = agentPackageIn(join(options.data, 'packages'));
  }

  /** The image for a class list, as far as it is: asking starts its build. Never waits for it. */
  async provide(classes: readonly string[], architecture = OWN_ARCHITECTURE): Promise<ImageState> {
    const recipe = await this.recipe(classes, architecture);
    const { store, clock } = this.#options;
    const step = this.#steps.get(recipe.id);
    if (step) return { state: 'building', ...step };
    if (store.has(recipe.id)) return { state: 'ready', id: recipe.id };
    const failure = this.#failures.get(recipe.id);
    if (failure && clock.nowMs() - failure.atMs < RETRY_MS) {
      return { state: 'failed', reason: failure.reason };
    }
    // Reported to whoever asks next.
    this.build(recipe).catch(() => undefined);
    return { state: 'building', step: 'queued', percent: 0 };
  }

  async recipe(classes: readonly string[], architecture = OWN_ARCHITECTURE): Promise<Recipe> {
    const { space, base } = this.#options;
    const toolbox = await this.#options.toolbox(architecture);
    const agent = await this.agentPackage();
    return await imageRecipe({
      space,
      classes,
      base,
      toolbox,
      agentSha256: agent.sha256,
      baseHashes: this.#baseHashes,
    });
  }

  /** Builds an image when those before it are done. */
  build(recipe: Recipe): Promise<Manifest> {
    this.#steps.set(recipe.id, { step: 'queued', percent: 0 });
    this.#failures.delete(recipe.id);
    const built = this.#queue.then(() => this.#build(recipe));
    this.#queue = built.catch(() => undefined);
    return built;
  }

  /** Stops a build that runs; what it has made so far goes. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#queue;
  }

  async #build(recipe: Recipe): Promise<Manifest> {
    const { store, space, base, key, data, clock, onStep, onLine } = this.#options;
    try {
      this.#stop.signal.throwIfAborted();
      return await buildImage({
        recipe,
        space,
        base,
        toolbox: await this.#options.toolbox(recipe.architecture),
        agent: await this.agentPackage(),
        key,
        store,
        bases: join(data, 'bases'),
        nowMs: clock.nowMs(),
        onStep: (step) => {
          this.#steps.set(recipe.id, step);
          onStep?.(recipe.id, step);
        },
        ...(onLine && { onLine }),
        signal: this.#stop.signal,
      });
    } catch (error) {
      const reason = reasonOf(error);
      this.#failures.set(recipe.id, { reason, atMs: clock.nowMs() });
      this.#options.onFailure?.(recipe.id, reason);
      throw error;
    } finally {
      this.#steps.delete(recipe.id);
    }
  }
}
