import { useSignal } from '@preact/signals';
import { views } from '../data/views.ts';

/** As the server has it. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

interface NameFormProps {
  readonly label: string;
  readonly button: string;
  readonly start: string;
  readonly onName: (name: string) => void;
}

/** Asks for the name of a view that is not there yet. */
export function NameForm({ label, button, start, onName }: NameFormProps) {
  const name = useSignal(start);
  const fault = faultOf(name.value);
  return (
    <form
      class="panel view-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (fault === null) onName(name.value);
      }}
    >
      <label>
        {label}{' '}
        <input
          type="text"
          value={name.value}
          maxLength={63}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" disabled={fault !== null}>
        {button}
      </button>
      <span class="dim" role="status">
        {name.value === '' ? '' : fault}
      </span>
    </form>
  );
}

function faultOf(name: string): string | null {
  if (!NAME.test(name)) return 'a-z, 0-9, - and _; the first a letter or digit';
  return views.value.some((view) => view.name === name) ? 'there is a view of this name' : null;
}
