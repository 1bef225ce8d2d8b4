/** Which view a wall shows, and when the next one comes. */

/** Shorter, and nobody can read it; longer is a single view. */
const SECONDS_MIN = 2;
const SECONDS_MAX = 86_400;
const SECONDS_DEFAULT = 30;
/** After somebody touched the wall it stays for so long. */
export const TOUCHED_SECONDS = 60;

export function rotationSeconds(seconds: number | null): number {
  return Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, seconds ?? SECONDS_DEFAULT));
}

/** Counts seconds; whoever owns it calls `tick` once a second. */
export class Rotation {
  readonly #count: number;
  readonly #everySeconds: number;
  #index = 0;
  #shownSeconds = 0;
  #heldSeconds = 0;

  constructor(count: number, everySeconds: number) {
    this.#count = count;
    this.#everySeconds = everySeconds;
  }

  get index(): number {
    return this.#index;
  }

  get isHeld(): boolean {
    return this.#heldSeconds > 0;
  }

  tick(): void {
    if (this.#heldSeconds > 0) {
      this.#heldSeconds -= 1;
      return;
    }
    this.#shownSeconds += 1;
    if (this.#shownSeconds >= this.#everySeconds) this.go(1);
  }

  /** Somebody is there: nothing moves under his eyes. */
  hold(): void {
    this.#heldSeconds = TOUCHED_SECONDS;
  }

  go(steps: number): void {
    this.#index = (this.#index + steps + this.#count) % this.#count;
    this.#shownSeconds = 0;
  }
}
