/**
 * Which second a tick of a host belongs to. Ticks come once a second, so tick n + 1 is the second after tick n, however much the
 * network delays either; the first tick fixes where on the collector's clock that row of seconds lies. It is laid anew
 * when the host skipped time (a suspended machine) or when the clocks have drifted apart by more than a second.
 */

/** A clock that is off by less counts as right: its seconds are the collector's. */
const CLOCK_TOLERANCE_MS = 1000;
/** So much behind, the first datagram of a host counts as delayed, not as sent by a slow clock; the least delay of a minute tells. */
const FIRST_DELAY_MS_MAX = 5000;
/** How much more or less than its ticks say may pass on a host's clock before that counts as a jump. */
const JUMP_MS = 500;
/** Distance between a tick's second and its arrival from which the row of seconds lies wrong. */
const DRIFT_MS = 1500;
/** Ticks over which the least delay is taken: the network only ever delays. */
const WINDOW = 60;

export interface Arrival {
  readonly tick: number;
  /** Of the sampling, on the host's clock. */
  readonly timeMs: number;
  /** On the collector's clock. */
  readonly receivedMs: number;
}

export class Timeline {
  /** Second of tick 0. */
  #anchor: number | undefined;
  #newestTick = -1;
  #newestTimeMs = 0;
  #lagMin = Number.POSITIVE_INFINITY;
  #offsetMax = Number.NEGATIVE_INFINITY;
  #offsetMs: number | undefined;
  #arrivals = 0;

  get newestTick(): number {
    return this.#newestTick;
  }

  /** The host's clock minus the collector's, from the least delayed of some tens of ticks. */
  get offsetMs(): number {
    return this.#offsetMs ?? 0;
  }

  /** A new boot: its ticks begin anew. */
  restart(): void {
    this.layAnew();
    this.#newestTick = -1;
  }

  /** The collector's clock was set: the next tick says where the row of seconds lies. */
  layAnew(): void {
    this.#anchor = undefined;
    this.#offsetMs = undefined;
    this.#beginWindow();
  }

  /** @returns seconds since the epoch of a tick that has just come */
  arrive({ tick, timeMs, receivedMs }: Arrival): number {
    this.#measureOffset(timeMs - receivedMs);
    if (this.#anchor === undefined) {
      const isDelayed = receivedMs > timeMs && receivedMs - timeMs < FIRST_DELAY_MS_MAX;
      this.#anchor = secondOf(timeMs, isDelayed ? timeMs : receivedMs) - tick;
      this.#setNewest(tick, timeMs);
    } else if (tick > this.#newestTick) {
      this.#anchor = this.#checkedAnchor(this.#anchor, { tick, timeMs, receivedMs });
      this.#setNewest(tick, timeMs);
    }
    return this.#anchor + tick;
  }

  /** @returns seconds since the epoch of a tick out of the host's history; undefined before any has arrived */
  recall(tick: number, timeMs: number): number | undefined {
    if (this.#anchor === undefined) return undefined;
    const byTick = this.#anchor + tick;
    const ticksBack = this.#newestTick - tick;
    const jumpMs = this.#newestTimeMs - timeMs - ticksBack * 1000;
    if (Math.abs(jumpMs) < DRIFT_MS) return byTick;
    // Between then and now the host was suspended or its clock was set. A clock that went on by more shows a pause.
    return jumpMs > 0 ? byTick - Math.round(jumpMs / 1000) : byTick;
  }

  #setNewest(tick: number, timeMs: number): void {
    this.#newestTick = tick;
    this.#newestTimeMs = timeMs;
  }

  #checkedAnchor(anchor: number, { tick, timeMs, receivedMs }: Arrival): number {
    const lagMs = receivedMs - (anchor + tick) * 1000;
    this.#lagMin = Math.min(this.#lagMin, lagMs);
    this.#arrivals += 1;
    const jumpMs = timeMs - this.#newestTimeMs - (tick - this.#newestTick) * 1000;
    const jumped = Math.abs(jumpMs) > JUMP_MS;
    const paused = jumped && (isRight(timeMs, receivedMs) || lagMs > DRIFT_MS);
    const lagMinMs = this.#lagMin;
    const isWindowFull = this.#arrivals >= WINDOW;
    if (isWindowFull || paused) this.#beginWindow();
    if (paused || lagMs < -DRIFT_MS) return secondOf(timeMs, receivedMs) - tick;
    return isWindowFull && lagMinMs > DRIFT_MS ? anchor + Math.floor(lagMinMs / 1000) : anchor;
  }

  #measureOffset(offsetMs: number): void {
    this.#offsetMax = Math.max(this.#offsetMax, offsetMs);
    const known = this.#offsetMs;
    // A jump shows at once, small changes when the window ends.
    if (known === undefined || Math.abs(offsetMs - known) > CLOCK_TOLERANCE_MS) {
      this.#offsetMs = offsetMs;
    }
  }

  #beginWindow(): void {
    if (this.#arrivals >= WINDOW) this.#offsetMs = this.#offsetMax;
    this.#arrivals = 0;
    this.#lagMin = Number.POSITIVE_INFINITY;
    this.#offsetMax = Number.NEGATIVE_INFINITY;
  }
}

function isRight(timeMs: number, receivedMs: number): boolean {
  return Math.abs(timeMs - receivedMs) <= CLOCK_TOLERANCE_MS;
}

function secondOf(timeMs: number, receivedMs: number): number {
  return isRight(timeMs, receivedMs) ? Math.round(timeMs / 1000) : Math.floor(receivedMs / 1000);
}
