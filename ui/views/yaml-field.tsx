import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { ViewProblem } from '../../wire/views.ts';

interface YamlFieldProps {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly problems: readonly ViewProblem[];
  readonly isReadOnly: boolean;
  readonly onText: (text: string) => void;
  readonly onSave: () => void;
}

const INDENT = '  ';

/** The text of a view with the numbers of its lines; lines with problems are marked. */
export function YamlField(props: YamlFieldProps) {
  const { field, text, problems, isReadOnly, onText, onSave } = props;
  const numbers = useRef<HTMLOListElement>(null);
  const faulty = new Set(problems.map(({ line }) => line));
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      onSave();
    } else if (event.key === 'Enter' && !isReadOnly) {
      event.preventDefault();
      goOnIndented(field.current!);
      onText(field.current!.value);
    }
  };
  return (
    <div class="yaml">
      <ol ref={numbers} aria-hidden="true">
        {text.split('\n').map((_, index) => (
          <li key={index} class={faulty.has(index + 1) ? 'faulty' : undefined}>
            {index + 1}
          </li>
        ))}
      </ol>
      <textarea
        ref={field}
        aria-label="YAML"
        aria-invalid={problems.length > 0}
        wrap="off"
        spellcheck={false}
        readOnly={isReadOnly}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          // The browser may still tell of scrolling when the editor is closed.
          if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

/** The next line begins where this one does, further in after a colon. Tab stays the key that goes to the next field. */
function goOnIndented(field: HTMLTextAreaElement): void {
  const before = field.value.slice(0, field.selectionStart);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const indent = /^\s*(?:- )?/.exec(line)![0].replace('-', ' ');
  const deeper = /:\s*$/.test(line) ? INDENT : '';
  field.setRangeText(`\n${indent}${deeper}`, field.selectionStart, field.selectionEnd, 'end');
}

/** Puts the caret where a problem is. */
export function showProblem(field: HTMLTextAreaElement, { line, column }: ViewProblem): void {
  const lines = field.value.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const at = before + Math.max(0, column - 1);
  field.focus();
  field.setSelectionRange(at, before + (lines[line - 1]?.length ?? 0));
  const perLine = field.scrollHeight / lines.length;
  field.scrollTop = Math.max(0, (line - 4) * perLine);
}
