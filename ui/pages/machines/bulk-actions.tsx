import { useSignal } from '@preact/signals';
import type { PxeNode } from '../../../wire/pxe.ts';
import { messageOf } from '../../data/api.ts';
import { act } from '../../data/machines.ts';
import { type Action, actionsFor, needsConfirmation } from '../../lib/machine-actions.ts';
import { Modal } from '../../parts/modal.tsx';

const ACTIONS: readonly {
  readonly action: Action;
  readonly text: string;
  readonly warning: string;
}[] = [
  { action: 'approve', text: 'Approve', warning: '' },
  {
    action: 'install',
    text: 'Install again',
    warning: 'Everything on the disks of these machines is lost.',
  },
  { action: 'cancel', text: 'Cancel', warning: '' },
  {
    action: 'retire',
    text: 'Retire',
    warning: 'These machines leave the inventory; their history stays.',
  },
];

interface BulkActionsProps {
  readonly nodes: readonly PxeNode[];
  readonly onDone: () => void;
}

/** What can be done to the chosen machines, with the number of those that it applies to. */
export function BulkActions({ nodes, onDone }: BulkActionsProps) {
  const asked = useSignal<Action | null>(null);
  const isOpen = useSignal(false);
  const failure = useSignal('');
  const targets = (action: Action) =>
    nodes.filter((node) => actionsFor(node.state).includes(action));
  const run = async (action: Action) => {
    isOpen.value = false;
    const chosen = targets(action);
    const results = await Promise.allSettled(chosen.map((node) => act(node.name, action)));
    failure.value = failureOf(
      results.flatMap((result, index) =>
        result.status === 'rejected' ? [`${chosen[index]!.name}: ${messageOf(result.reason)}`] : [],
      ),
    );
    onDone();
  };
  const onAction = (action: Action) => {
    if (!needsConfirmation(action)) {
      void run(action);
      return;
    }
    asked.value = action;
    isOpen.value = true;
  };
  const question = ACTIONS.find((one) => one.action === asked.value);
  return (
    <span class="buttons">
      {nodes.length === 0
        ? null
        : ACTIONS.filter(({ action }) => targets(action).length > 0).map(({ action, text }) => (
            <button key={action} type="button" onClick={() => onAction(action)}>
              {text} {targets(action).length}
            </button>
          ))}
      {failure.value === '' ? null : (
        <span class="failure" role="alert">
          {failure}
        </span>
      )}
      <Modal isOpen={isOpen} label="Confirm" className="confirm">
        {question ? (
          <Confirmation
            text={`${question.text}: ${targets(question.action)
              .map((node) => node.name)
              .join(', ')}`}
            warning={question.warning}
            count={targets(question.action).length}
            onYes={() => void run(question.action)}
          />
        ) : null}
      </Modal>
    </span>
  );
}

function failureOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} (${others.length} more refused)`;
}

interface ConfirmationProps {
  readonly text: string;
  readonly warning: string;
  readonly count: number;
  readonly onYes: () => void;
}

/** The count is typed, not clicked: a slip must not wipe a rack. */
function Confirmation({ text, warning, count, onYes }: ConfirmationProps) {
  const typed = useSignal('');
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.value === String(count)) onYes();
      }}
    >
      <p>{text}</p>
      <p class="failure">{warning}</p>
      <label>
        Type {count} to go on{' '}
        <input
          size={6}
          inputMode="numeric"
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
      </label>{' '}
      <button type="submit" disabled={typed.value !== String(count)}>
        Do it
      </button>
    </form>
  );
}
