/** The last seconds of one metric of every host, for the sparklines of the overview: one ring of rows, no garbage per tick. */

export class HostHistory {
  readonly seconds: number;
  #hosts: readonly string[] = [];
  #rows: Float32Array[] = [];
  readonly #indexOf = new Map<string, number>();
  #lastS = 0;

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** Seconds since the epoch of the newest row; 0 while there is none. */
  get lastS(): number {
    return this.#lastS;
  }

  /** Adds the row of second `timeS`; seconds that were left out become unknown. Rows older than the newest are dropped. */
  append(timeS: number, hosts: readonly string[], values: ArrayLike<number>): void {
    if (hosts !== this.#hosts) this.#rename(hosts);
    if (timeS <= this.#lastS) return;
    const from = Math.max(this.#lastS + 1, timeS - this.seconds + 1);
    for (let index = 0; index < hosts.length; index++) {
      const row = this.#rows[index]!;
      for (let second = from; second < timeS; second++) row[second % this.seconds] = Number.NaN;
      row[timeS % this.seconds] = values[index]!;
    }
    this.#lastS = timeS;
  }

  /** Fills what the ring does not know yet from the archive; `stepSeconds` apart, each value covers its whole step. */
  fill(
    host: string,
    startS: number,
    stepSeconds: number,
    values: readonly (number | null)[],
  ): void {
    const row = this.#rows[this.#indexOf.get(host) ?? -1];
    if (!row) return;
    values.forEach((value, index) => {
      for (
        let second = startS + index * stepSeconds, end = second + stepSeconds;
        second < end;
        second++
      ) {
        const inRing = second > this.#lastS - this.seconds && second <= this.#lastS;
        if (inRing && Number.isNaN(row[second % this.seconds]!))
          row[second % this.seconds] = value ?? Number.NaN;
      }
    });
  }

  /** Copies a host's ring into `into`, oldest first; all NaN for a host that is not known. */
  read(host: string, into: Float32Array): Float32Array {
    const row = this.#rows[this.#indexOf.get(host) ?? -1];
    if (!row) return into.fill(Number.NaN);
    const start = (this.#lastS + 1) % this.seconds;
    into.set(row.subarray(start));
    into.set(row.subarray(0, start), this.seconds - start);
    return into;
  }

  #rename(hosts: readonly string[]): void {
    const old = new Map(this.#hosts.map((host, index) => [host, this.#rows[index]!]));
    this.#rows = hosts.map(
      (host) => old.get(host) ?? new Float32Array(this.seconds).fill(Number.NaN),
    );
    this.#hosts = hosts;
    this.#indexOf.clear();
    for (const [index, host] of hosts.entries()) this.#indexOf.set(host, index);
  }
}
