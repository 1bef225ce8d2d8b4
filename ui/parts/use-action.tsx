import { useSignal } from '@preact/signals';
import { messageOf } from '../data/api.ts';

/** What a button does; `refusal` stands beside it and says why the appliance did not do it. */
export function useAction() {
  const failure = useSignal('');
  const run = async (action: () => Promise<unknown>): Promise<void> => {
    failure.value = '';
    try {
      await action();
    } catch (error) {
      failure.value = messageOf(error);
    }
  };
  const refusal =
    failure.value === '' ? null : (
      <span class="failure" role="alert">
        {failure}
      </span>
    );
  return { run, refusal };
}
