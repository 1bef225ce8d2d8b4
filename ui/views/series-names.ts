/** Names of the lines and rows that expressions give. */
import type { ViewQuery } from '../../wire/views.ts';
import { own } from '../lib/own.ts';
import { tellingNames } from '../lib/telling-names.ts';

export type Labels = Readonly<Record<string, string>>;

/** One series of the answer of a query. */
export interface Named {
  /** Which query of the panel. */
  readonly query: number;
  readonly labels: Labels;
}

/**
 * A name for each series, all different: by the pattern of its query, in which `{{label}}` stands for a label; otherwise by what tells it
 * from the others of the same query.
 */
export function namesOf(
  series: readonly Named[],
  queries: readonly ViewQuery[],
  fullName: (labels: Labels) => string,
): string[] {
  const names = new Array<string>(series.length).fill('');
  queries.forEach(({ expr, name }, query) => {
    const places = series.flatMap((one, index) => (one.query === query ? [index] : []));
    const labels = places.map((index) => series[index]!.labels);
    const own =
      name === null ? tellingNames(labels, fullName) : labels.map((one) => filled(name, one));
    places.forEach((place, index) => {
      // Numbers and sums have no labels.
      names[place] = own[index] === '{}' ? expr : own[index]!;
    });
  });
  return unique(names);
}

function filled(pattern: string, labels: Labels): string {
  return pattern.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => own(labels, label) ?? '–');
}

function unique(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
