import { type Labels, METRIC_NAME } from '../query/labels.ts';
import { HOST } from './translate.ts';

/**
 * The metrics that hosts have stored under foreign names, as a scraped node_exporter leaves them. There the derived series of that name are
 * left out: two of one metric would count twice in every sum.
 */
export class StoredNames {
  readonly #hostsByName = new Map<string, Set<string>>();

  /** @param stored series under foreign names */
  constructor(stored: Iterable<Labels>) {
    for (const labels of stored) {
      const name = labels.get(METRIC_NAME);
      const hosts = this.#hostsByName.get(name) ?? new Set();
      this.#hostsByName.set(name, hosts.add(labels.get(HOST)));
    }
  }

  /** @param derived labels of a series that would be made */
  replaces(derived: Labels): boolean {
    return this.#hostsByName.get(derived.get(METRIC_NAME))?.has(derived.get(HOST)) ?? false;
  }
}
