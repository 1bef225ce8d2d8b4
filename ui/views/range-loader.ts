import { computed } from '@preact/signals';
import type { ViewQuery } from '../../wire/views.ts';
import type { Window } from '../data/history.ts';
import { KeptAnswer } from '../data/kept-answer.ts';
import { placeOf, queryRanges, type RangeOfQueries } from './query-range.ts';

/** Rows of a range: more would be finer than pixels. */
const POINTS = 450;
/** The rows of a stream follow those of an answer that is no older. */
const SAME_WINDOW_SECONDS = 2;

/** Asks for the ranges of the queries of one chart over one range of the page; what was asked for a moment ago is not asked for again. */
export class RangeLoader {
  readonly queries: readonly ViewQuery[];
  readonly #answers = new KeptAnswer(
    (window) => queryRanges(this.queries, window, POINTS),
    SAME_WINDOW_SECONDS,
  );
  readonly #known = computed(() => new Set(this.#answers.newest.value?.series.map(placeOf)));

  constructor(queries: readonly ViewQuery[]) {
    this.queries = queries;
  }

  load(window: Window): Promise<RangeOfQueries> {
    return this.#answers.load(window);
  }

  /** Whether the newest answer has this series. */
  knows(place: string): boolean {
    return this.#known.peek().has(place);
  }

  forget(): void {
    this.#answers.forget();
  }
}
