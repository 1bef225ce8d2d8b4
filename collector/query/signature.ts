import type { Matching } from './ast.ts';
import { type Labels, METRIC_NAME } from './labels.ts';

/** The identity of a series for matching: its `on` labels, or all but the name and the `ignoring` labels. */
export function signatures({ on, labels }: Matching): (series: Labels) => string {
  if (on) {
    const names = [...new Set(labels)].sort();
    return (series) => series.keyOf(names);
  }
  const ignored = new Set([METRIC_NAME, ...labels]);
  return (series) => series.keyWithout(ignored);
}

/** The labels that a match group has in common. */
export function groupLabels({ on, labels }: Matching, series: Labels): Labels {
  return on ? series.keep(new Set(labels)) : series.without(new Set([METRIC_NAME, ...labels]));
}
