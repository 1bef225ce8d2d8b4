import type { ViewQuery } from '../../wire/views.ts';
import type { Window } from '../data/history.ts';
import { placeOf, queryRanges, type RangeOfQueries } from './query-range.ts';

/** Rows of a range: more would be finer than pixels. */
const POINTS = 450;
/** A chart asks for the range right after its lines are known: the same answer serves. */
const SAME_WINDOW_SECONDS = 2;

/** Asks for the ranges of the queries of one chart; what was asked for a moment ago is not asked for again. */
export class RangeLoader {
  readonly queries: readonly ViewQuery[];
  #last: { readonly window: Window; readonly answer: Promise<RangeOfQueries> } | undefined;
  #known: ReadonlySet<string> = new Set();

  constructor(queries: readonly ViewQuery[]) {
    this.queries = queries;
  }

  load(window: Window): Promise<RangeOfQueries> {
    const last = this.#last;
    if (last && isSame(last.window, window)) return last.answer;
    const answer = queryRanges(this.queries, window, POINTS);
    this.#last = { window, answer };
    answer.then(
      ({ series }) => {
        this.#known = new Set(series.map(placeOf));
      },
      () => this.forget(),
    );
    return answer;
  }

  /** Whether the newest answer has this series. */
  knows(place: string): boolean {
    return this.#known.has(place);
  }

  forget(): void {
    this.#last = undefined;
  }
}

function isSame(a: Window, b: Window): boolean {
  return (
    Math.abs(a.fromS - b.fromS) <= SAME_WINDOW_SECONDS &&
    Math.abs(a.toS - b.toS) <= SAME_WINDOW_SECONDS
  );
}
