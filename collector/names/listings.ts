import type { Labels } from '../query/labels.ts';

type List = readonly Labels[];

interface Known {
  readonly inputs: readonly List[];
  readonly list: List;
}

/** Listings of different matchers that are kept. */
const KEPT_MAX = 20;

/** Lists that are made from other lists, kept while these are the same ones: a dashboard asks for all names again and again. */
export class Listings {
  /** The oldest first. */
  readonly #byKey = new Map<string, Known>();

  list(key: string, inputs: readonly List[], make: () => List): List {
    const known = this.#byKey.get(key);
    if (known && areSame(known.inputs, inputs)) return known.list;
    const list = make();
    this.#byKey.delete(key);
    this.#byKey.set(key, { inputs, list });
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > KEPT_MAX && oldest !== undefined) this.#byKey.delete(oldest);
    return list;
  }
}

function areSame(some: readonly List[], others: readonly List[]): boolean {
  return some.length === others.length && some.every((list, index) => list === others[index]);
}
