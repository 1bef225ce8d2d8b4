/** Short names for series that share most of their labels. */
import { own } from './own.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * A name for each set of labels, all different when the sets are: the host alone when that tells them apart, else the values of the
 * labels in which they differ, else all of it.
 */
export function tellingNames(
  series: readonly Labels[],
  fullName: (labels: Labels) => string,
): string[] {
  const all = [...new Set(series.flatMap((labels) => Object.keys(labels)))];
  const differing = all.filter(
    (label) => new Set(series.map((labels) => own(labels, label) ?? '')).size > 1,
  );
  const candidates = [differing.filter((label) => label === 'host'), differing];
  for (const labels of candidates) {
    const names = series.map((one) => labels.map((label) => own(one, label) ?? '–').join(' '));
    if (labels.length > 0 && new Set(names).size === series.length) return names;
  }
  return series.map(fullName);
}
