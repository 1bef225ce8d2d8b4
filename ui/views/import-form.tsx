import { useSignal } from '@preact/signals';
import type { ImportedView } from '../../wire/views.ts';
import { messageOf } from '../data/api.ts';
import { importView } from './view-api.ts';

/** Takes a `view_NAME.json` of Ganglia's web front end, pasted or chosen, and says what could not be carried over. */
export function ImportForm({ onImported }: { onImported: (view: ImportedView) => void }) {
  const json = useSignal('');
  const failure = useSignal<string | null>(null);
  const imported = useSignal<ImportedView | null>(null);
  const run = () => {
    failure.value = null;
    importView(json.peek()).then(
      (view) => {
        imported.value = view;
      },
      (error: unknown) => {
        failure.value = messageOf(error);
      },
    );
  };
  const result = imported.value;
  return (
    <section class="panel view-import" aria-label="Import from Ganglia">
      <label>
        A view of Ganglia (<code>conf/view_NAME.json</code>)
        <textarea
          rows={6}
          spellcheck={false}
          aria-label="JSON of Ganglia's view"
          placeholder={'{"view_name": "web", "items": […]}'}
          value={json.value}
          onInput={(event) => {
            json.value = event.currentTarget.value;
            imported.value = null;
          }}
        />
      </label>
      <div class="editor-buttons">
        <button type="button" disabled={json.value.trim() === ''} onClick={run}>
          Convert
        </button>
        <input
          type="file"
          accept=".json,application/json"
          aria-label="File with the JSON"
          onChange={async (event) => {
            const file = event.currentTarget.files?.[0];
            if (file) json.value = await file.text();
          }}
        />
      </div>
      {failure.value === null ? null : (
        <p class="failure" role="alert">
          {failure.value}
        </p>
      )}
      {result === null ? null : (
        <div role="status">
          <h2>
            {result.notes.length === 0 ? 'Everything was carried over.' : 'Not carried over:'}
          </h2>
          <ul class="notes">
            {result.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          <button type="button" class="main" onClick={() => onImported(result)}>
            See and save it as {result.name}
          </button>
        </div>
      )}
    </section>
  );
}
