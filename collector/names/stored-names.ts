import { type Labels, METRIC_NAME } from '../query/labels.ts';
import { HOST } from './translate.ts';

/**
 * The metrics that hosts have stored under foreign names, as a scraped node_exporter leaves them. There the derived series of that name are
 * left out: two of one metric would count twice in every sum.
 */
export class StoredNames {
  readonly #hostsByName = new Map<string, Set<string>>();

  /** @param names that matter */
  constructor(natives: Iterable<Labels>, names: ReadonlyMap<string, unknown>) {
    for (const labels of natives) {
      const name = labels.get(METRIC_NAME);
      if (!names.has(name)) continue;
      const hosts = this.#hostsByName.get(name) ?? new Set();
      this.#hostsByName.set(name, hosts.add(labels.get(HOST)));
    }
  }

  /** @param derived labels of a series that would be made */
  replaces(derived: Labels): boolean {
    return this.#hostsByName.get(derived.get(METRIC_NAME))?.has(derived.get(HOST)) ?? false;
  }
}
