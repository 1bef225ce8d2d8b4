/** What changes on every datagram of a host, in memory that all threads share; the ingest thread alone writes. */
import type { HostState } from '../../wire/http.ts';

const STATES = ['up', 'down', 'stopped'] as const satisfies readonly HostState[];

const STATE = 0;
const LAST_SEEN_MS = 1;
const CLOCK_OFFSET_MS = 2;
const SECOND = 3;
const FIELDS = 4;

export class HostStates {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Float64Array;

  /** @param hostsMax highest number of a host */
  static create(hostsMax: number): HostStates {
    const cells = (hostsMax + 1) * FIELDS;
    return new HostStates(new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT));
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#cells = new Float64Array(memory);
  }

  state(host: number): HostState {
    return STATES[this.#cells[host * FIELDS + STATE] ?? 0] ?? 'down';
  }

  setState(host: number, state: HostState): void {
    this.#cells[host * FIELDS + STATE] = STATES.indexOf(state);
  }

  lastSeenMs(host: number): number {
    return this.#cells[host * FIELDS + LAST_SEEN_MS] ?? 0;
  }

  setLastSeenMs(host: number, timeMs: number): void {
    this.#cells[host * FIELDS + LAST_SEEN_MS] = timeMs;
  }

  clockOffsetMs(host: number): number {
    return this.#cells[host * FIELDS + CLOCK_OFFSET_MS] ?? 0;
  }

  setClockOffsetMs(host: number, offsetMs: number): void {
    this.#cells[host * FIELDS + CLOCK_OFFSET_MS] = offsetMs;
  }

  /** The newest second for which all values of the host have arrived. */
  second(host: number): number {
    return this.#cells[host * FIELDS + SECOND] ?? 0;
  }

  setSecond(host: number, second: number): void {
    this.#cells[host * FIELDS + SECOND] = second;
  }
}
