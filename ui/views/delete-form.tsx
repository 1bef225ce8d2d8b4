import { useSignal } from '@preact/signals';
import type { ViewFile } from '../../wire/views.ts';
import { messageOf } from '../data/api.ts';
import { go } from '../data/router.ts';
import { loadViews } from '../data/views.ts';
import { deleteView } from './view-api.ts';

/** Says what is lost, then deletes. */
export function DeleteForm({ file }: { file: ViewFile }) {
  const failure = useSignal<string | null>(null);
  const run = () => {
    deleteView(file.name, file.version).then(
      () => {
        loadViews();
        go({ name: 'views' });
      },
      (error: unknown) => {
        failure.value = messageOf(error);
      },
    );
  };
  return (
    <section class="panel view-form" aria-label="Delete">
      <span>
        {file.isOverride
          ? 'Your file goes; the built-in view shows again.'
          : `The file ${file.name}.yaml goes. Nothing brings it back but git or a backup of yours.`}
      </span>
      <button type="button" class="danger" onClick={run}>
        Delete {file.name}
      </button>
      {failure.value === null ? null : (
        <p class="failure" role="alert">
          {failure.value}
        </p>
      )}
    </section>
  );
}
