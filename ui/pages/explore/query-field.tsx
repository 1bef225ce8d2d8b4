import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { vocabulary } from '../../data/catalogue.ts';
import { type Completions, completionsAt } from '../../lib/completion.ts';

const NOTHING: Completions = { from: 0, to: 0, choices: [] };

/** PromQL with completion; Enter runs it, Shift-Enter begins a line. */
export function QueryField({ expr, onRun }: { expr: string; onRun: (expr: string) => void }) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const offered = useSignal<Completions>(NOTHING);
  const current = useSignal(-1);
  useEffect(() => {
    field.current!.value = expr;
  }, [expr]);
  const run = () => {
    offered.value = NOTHING;
    onRun(field.current!.value.trim());
  };
  const offer = () => {
    const { value, selectionStart } = field.current!;
    offered.value = completionsAt(value, selectionStart, vocabulary.peek());
    current.value = -1;
  };
  const take = (index: number) => {
    const { from, to, choices } = offered.peek();
    const choice = choices[index];
    if (!choice) return;
    field.current!.setRangeText(choice.text, from, to, 'end');
    offered.value = NOTHING;
    field.current!.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = offered.peek().choices.length;
    if (event.key === 'ArrowDown' && count > 0) current.value = (current.peek() + 1) % count;
    else if (event.key === 'ArrowUp' && count > 0)
      current.value = (current.peek() + count - 1) % count;
    else if (event.key === 'Tab' && count > 0) take(Math.max(0, current.peek()));
    else if (event.key === 'Enter' && current.peek() >= 0 && count > 0) take(current.peek());
    else if (event.key === 'Enter' && !event.shiftKey) run();
    else if (event.key === 'Escape' && count > 0) offered.value = NOTHING;
    else return;
    event.preventDefault();
  };
  const { choices } = offered.value;
  return (
    <div class="query">
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          spellcheck={false}
          aria-label="PromQL"
          aria-autocomplete="list"
          aria-controls={choices.length > 0 ? id : undefined}
          placeholder="topk(5, load_one)"
          onInput={offer}
          onKeyDown={onKeyDown}
          onBlur={() => {
            offered.value = NOTHING;
          }}
        />
        {choices.length === 0 ? null : (
          <div id={id} class="completions" role="listbox" aria-label="Completions">
            {choices.map((choice, index) => (
              <div
                key={choice.kind + choice.text}
                role="option"
                tabIndex={-1}
                aria-selected={index === current.value}
                onPointerDown={(event) => {
                  event.preventDefault();
                  take(index);
                }}
              >
                <code>{choice.text}</code>
                <span class="faint">{choice.kind}</span>
              </div>
            ))}
          </div>
        )}
      </div>
      <button type="button" onClick={run}>
        Run
      </button>
    </div>
  );
}
