import { useComputed } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { ViewVariable } from '../../wire/views.ts';
import { hosts } from '../data/live.ts';
import { params, setParams } from '../data/router.ts';
import { own } from '../lib/own.ts';
import { PARAMETER, valuesOf } from './variables.ts';

/** More would be a list that nobody reads. */
const CHOICES_MAX = 200;

/** Fields for the variables of a view; hosts and values of labels are offered by name. */
export function VariableFields({ variables }: { variables: readonly ViewVariable[] }) {
  if (variables.length === 0) return null;
  const values = valuesOf(variables, params.value);
  return (
    <div class="view-variables">
      {variables.map((variable) => (
        <VariableField
          key={variable.name}
          variable={variable}
          value={values.get(variable.name) ?? ''}
        />
      ))}
    </div>
  );
}

function VariableField({ variable, value }: { variable: ViewVariable; value: string }) {
  const id = useId();
  const { name } = variable;
  const choices = useComputed(() => choicesOf(name));
  const set = (text: string) =>
    setParams({ [PARAMETER + name]: text === variable.value ? null : text });
  return (
    <label>
      {name}{' '}
      <input
        type="text"
        list={id}
        value={value}
        placeholder={variable.value}
        title="A regular expression; Enter takes it"
        onChange={(event) => set(event.currentTarget.value || variable.value)}
      />
      <datalist id={id}>
        {choices.value.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </label>
  );
}

function choicesOf(name: string): string[] {
  const all = hosts.value.flatMap((host) =>
    name === 'host' ? host.name : (own(host.labels, name) ?? []),
  );
  return [...new Set(all)].sort().slice(0, CHOICES_MAX);
}
