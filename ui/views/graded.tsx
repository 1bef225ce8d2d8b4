import { Status } from '../parts/status.tsx';
import type { Grade } from './thresholds.ts';

const WORDS: Readonly<Record<Exclude<Grade, 'good'>, string>> = {
  warning: 'over the limit of a warning: ',
  critical: 'over the critical limit: ',
};

/** A value with the mark of how bad it is: shape and colour, and words for who sees neither. */
export function Graded({ grade, children }: { grade: Grade; children: preact.ComponentChildren }) {
  if (grade === 'good') return <>{children}</>;
  return (
    <Status shape={grade === 'critical' ? 'crit' : 'warn'}>
      <span class="hidden-text">{WORDS[grade]}</span>
      {children}
    </Status>
  );
}
