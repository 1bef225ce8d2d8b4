/** What `/api/v1/query` and `/api/v1/query_range` answer. */
export interface QueryResponse {
  readonly data: QueryData;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** Seconds since the epoch, and the value as text. */
export type Point = readonly [seconds: number, value: string];

export type QueryData = (
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point }
  | {
      readonly resultType: 'vector';
      readonly result: readonly { readonly metric: Metric; readonly value: Point }[];
    }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { readonly metric: Metric; readonly values: readonly Point[] }[];
    }
) & { readonly stats?: QueryStats };

export type Metric = Readonly<Record<string, string>>;

/** Sent when the request asks for `stats`. */
export interface QueryStats {
  readonly samples: { readonly samplesRead: number; readonly seriesRead: number };
  readonly selectors: readonly {
    readonly selector: string;
    readonly archive: string;
    readonly series: number;
    readonly samples: number;
    readonly from: number;
    readonly to: number;
  }[];
}
