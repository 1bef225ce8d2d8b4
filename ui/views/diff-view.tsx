import { useMemo } from 'preact/hooks';
import { type DiffLine, diffLines } from './line-diff.ts';

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = {
  same: ' ',
  added: '+',
  removed: '−',
  skipped: '⋯',
};
const WORDS: Readonly<Record<DiffLine['kind'], string>> = {
  same: '',
  added: 'added: ',
  removed: 'removed: ',
  skipped: '',
};

/** What differs between two texts: sign and colour, and a word for who sees neither. */
export function DiffView({
  before,
  after,
  label,
}: {
  before: string;
  after: string;
  label: string;
}) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const added = lines.filter(({ kind }) => kind === 'added').length;
  const removed = lines.filter(({ kind }) => kind === 'removed').length;
  return (
    <section class="diff" aria-label={label}>
      <p class="dim">
        {added + removed === 0
          ? 'Nothing differs.'
          : `${count(added, 'line')} added, ${count(removed, 'line')} removed`}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must reach */}
      <ol tabIndex={0} aria-label="Lines">
        {lines.map(({ kind, text, line }, index) => (
          <li key={index} class={kind}>
            <span class="faint number">{line === 0 ? '' : line}</span>
            <span aria-hidden="true">{SIGNS[kind]}</span>
            <code>
              <span class="hidden-text">{WORDS[kind]}</span>
              {text}
            </code>
          </li>
        ))}
      </ol>
    </section>
  );
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
