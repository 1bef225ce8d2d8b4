/** A running sum that keeps what rounding loses (Neumaier's form of Kahan summation), as Prometheus sums. */
export class KahanSum {
  sum = 0;
  correction = 0;

  add(value: number): void {
    const total = this.sum + value;
    this.correction = correctionAfter(this.sum, value, total, this.correction);
    this.sum = total;
  }

  get total(): number {
    return this.sum + this.correction;
  }
}

/** The correction to keep beside `total = sum + value`. */
export function correctionAfter(
  sum: number,
  value: number,
  total: number,
  correction: number,
): number {
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) return 0;
  return Math.abs(sum) >= Math.abs(value)
    ? correction + (sum - total + value)
    : correction + (value - total + sum);
}

/**
 * Running means in slots: the sum divided by the count until the sum would overflow; from then on the mean itself is updated.
 * The results are those of Prometheus' avg and avg_over_time, bit by bit.
 */
export class KahanMeans {
  readonly counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #corrections: Float64Array;
  /** 1 where the slot of `#sums` holds a mean. */
  readonly #isMean: Uint8Array;

  constructor(slots: number) {
    this.counts = new Float64Array(slots);
    this.#sums = new Float64Array(slots);
    this.#corrections = new Float64Array(slots);
    this.#isMean = new Uint8Array(slots);
  }

  /** A value for each slot whose mark is 1. */
  addAll(values: Float64Array, marks: Uint8Array): void {
    const counts = this.counts;
    const sums = this.#sums;
    const corrections = this.#corrections;
    for (let slot = 0; slot < values.length; slot++) {
      if (marks[slot] === 0) continue;
      const value = values[slot] as number;
      const sum = sums[slot] as number;
      const total = sum + value;
      // What is rare takes the slow way: the first value, an overflow, and what comes after one.
      if (counts[slot] === 0 || total - total !== 0 || this.#isMean[slot] !== 0) {
        this.add(slot, value);
        continue;
      }
      counts[slot] = (counts[slot] as number) + 1;
      corrections[slot] = correctionAfter(sum, value, total, corrections[slot] as number);
      sums[slot] = total;
    }
  }

  add(slot: number, value: number): void {
    const count = (this.counts[slot] as number) + 1;
    this.counts[slot] = count;
    if (count === 1) {
      this.#sums[slot] = value;
      this.#corrections[slot] = 0;
      return;
    }
    const sum = this.#sums[slot] as number;
    const correction = this.#corrections[slot] as number;
    if (this.#isMean[slot] === 0) {
      const total = sum + value;
      if (total !== Number.POSITIVE_INFINITY && total !== Number.NEGATIVE_INFINITY) {
        this.#sums[slot] = total;
        this.#corrections[slot] = correctionAfter(sum, value, total, correction);
        return;
      }
      this.#isMean[slot] = 1;
      this.#updateMean(slot, value, sum / (count - 1), correction / (count - 1));
      return;
    }
    this.#updateMean(slot, value, sum, correction);
  }

  mean(slot: number): number {
    const sum = this.#sums[slot] as number;
    const correction = this.#corrections[slot] as number;
    if (this.#isMean[slot]) return sum + correction;
    const count = this.counts[slot] as number;
    return sum / count + correction / count;
  }

  #updateMean(slot: number, value: number, mean: number, correction: number): void {
    const count = this.counts[slot] as number;
    const share = (count - 1) / count;
    const rest = share * mean;
    const added = value / count;
    const total = rest + added;
    this.#sums[slot] = total;
    this.#corrections[slot] = correctionAfter(rest, added, total, share * correction);
  }
}
