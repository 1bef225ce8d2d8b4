/**
 * Randomness without state: every value is a function of a seed and the time, so that any second of a simulated host's past can be
 * computed again, and two runs of one seed are alike.
 */

/** A well-mixed 32-bit hash of two integers (the finalizer of MurmurHash3). */
export function hash(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index | 0, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return mixed >>> 0;
}

/** Even in [0, 1). */
export function random(seed: number, index: number): number {
  return hash(seed, index) / 0x1_0000_0000;
}

/**
 * Smooth noise in [0, 1): a random value at each multiple of `periodSeconds`, a smooth curve between.
 * @param second since the epoch
 */
export function smoothNoise(seed: number, second: number, periodSeconds: number): number {
  const at = second / periodSeconds;
  const index = Math.floor(at);
  const share = at - index;
  const ease = share * share * (3 - 2 * share);
  const from = random(seed, index);
  return from + (random(seed, index + 1) - from) * ease;
}

/**
 * A window of time during which something happens, now and then: time is cut into slots of `slotSeconds`, and in a slot the thing
 * happens with probability `chance`, beginning and ending at random seconds of it.
 * @returns how far the window has come, 0 to 1; undefined outside of it
 */
export function happening(
  seed: number,
  second: number,
  { slotSeconds, chance }: { slotSeconds: number; chance: number },
): number | undefined {
  const slot = Math.floor(second / slotSeconds);
  if (random(seed, slot * 3) >= chance) return undefined;
  const begin = random(seed, slot * 3 + 1) * 0.5;
  const length = 0.2 + random(seed, slot * 3 + 2) * 0.3;
  const progress = (second / slotSeconds - slot - begin) / length;
  return progress >= 0 && progress < 1 ? progress : undefined;
}
