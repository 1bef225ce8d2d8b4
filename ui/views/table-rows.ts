/** Joins the answers of several expressions into rows. */
import type { ViewAnswer } from '../../wire/views.ts';
import { tellingNames } from '../lib/telling-names.ts';
import type { Labels } from './series-names.ts';

export interface Row {
  readonly key: string;
  readonly name: string;
  readonly labels: Labels;
  /** One per expression; null = it has no such series, or its value is unknown. */
  readonly values: readonly (number | null)[];
}

/** A row per set of labels, the name of the metric aside; the largest of the first expression on top. */
export function tableRows(
  answers: readonly ViewAnswer[],
  fullName: (labels: Labels) => string,
): Row[] {
  const rows = new Map<string, { labels: Labels; values: (number | null)[] }>();
  answers.forEach(({ series }, column) => {
    for (const { labels, value } of series) {
      const { __name__: _, ...own } = labels;
      const key = JSON.stringify(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)));
      const row = rows.get(key) ?? { labels: own, values: answers.map(() => null) };
      row.values[column] = value;
      rows.set(key, row);
    }
  });
  const sorted = [...rows].sort(([, a], [, b]) => sizeOf(b.values) - sizeOf(a.values));
  const names = tellingNames(
    sorted.map(([, { labels }]) => labels),
    (labels) => labels['host'] ?? fullName(labels),
  );
  return sorted.map(([key, row], index) => ({ key, name: names[index]!, ...row }));
}

/** Rows that the first expression does not have come last, in the order of the others. */
function sizeOf([first]: readonly (number | null)[]): number {
  return first ?? -Number.MAX_VALUE;
}
