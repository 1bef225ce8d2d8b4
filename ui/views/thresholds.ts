import type { Thresholds } from '../../wire/views.ts';

export type Grade = 'good' | 'warning' | 'critical';

/** How bad a value is; small ones are where `critical` is less than `warning`. */
export function gradeOf(value: number | null, { warning, critical }: Thresholds): Grade {
  if (value === null) return 'good';
  const isBelow = warning !== null && critical !== null && critical < warning;
  const reaches = (limit: number | null) =>
    limit !== null && (isBelow ? value <= limit : value >= limit);
  if (reaches(critical)) return 'critical';
  return reaches(warning) ? 'warning' : 'good';
}
