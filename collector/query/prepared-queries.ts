import { type Prepared, prepare } from './engine.ts';

/** Queries that are kept, and the longest text that is. */
const QUERIES_MAX = 2000;
const TEXT_MAX = 2000;

/** Queries that were parsed and checked before. */
export class PreparedQueries {
  /** The oldest first. */
  readonly #byText = new Map<string, Prepared>();

  /** @throws QueryError `query-parse` */
  get(text: string): Prepared {
    const known = this.#byText.get(text);
    if (known) return known;
    const prepared = prepare(text);
    if (text.length > TEXT_MAX) return prepared;
    this.#byText.set(text, prepared);
    const [oldest] = this.#byText.keys();
    if (this.#byText.size > QUERIES_MAX && oldest !== undefined) this.#byText.delete(oldest);
    return prepared;
  }
}
