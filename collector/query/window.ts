/** The samples of one series that a range function sees at one evaluation time. The object is reused: read it, do not keep it. */
export interface Window {
  timesMs: Float64Array;
  values: Float64Array;
  startTimesMs: Float64Array | undefined;
  /** First sample inside, and the one after the last. */
  from: number;
  to: number;
  /** The range is (startMs, endMs]; an extended selector's samples reach beyond it. */
  startMs: number;
  endMs: number;
  rangeMs: number;
  /** The evaluation time, which `offset` and `@` do not move. */
  timeMs: number;
  pointsPerSample: number;
  /** Of the last sample of the series. */
  pointsOfLast: number;
  /** Indexes of all samples of the series before which a counter was reset; found once per series, when first asked for. */
  resets: Uint32Array | undefined;
}

/** A range function at one evaluation time; undefined = no result there. `parameters` are its scalar arguments in order. */
export type RangeFunction = (window: Window, parameters: readonly number[]) => number | undefined;
