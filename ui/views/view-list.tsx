import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ImportedView, ViewList as List, ViewSummary } from '../../wire/views.ts';
import { getJson } from '../data/api.ts';
import { nowS } from '../data/live.ts';
import { useLoaded } from '../data/load.ts';
import { go, linkTo, setParams } from '../data/router.ts';
import { loadViews } from '../data/views.ts';
import { whenText } from '../lib/clock-text.ts';
import { NotLoaded } from '../parts/loading.tsx';
import { Status } from '../parts/status.tsx';
import { TableHead } from '../parts/table-head.tsx';
import { keepDraft, template } from './drafts.ts';
import { ImportForm } from './import-form.tsx';
import { NameForm } from './name-form.tsx';

const LOOK_AGAIN_SECONDS = 15;

/** All views; new ones are made here. */
export function ViewList() {
  const open = useSignal<'new' | 'import' | null>(null);
  useEffect(loadViews, []);
  const { state, reload } = useLoaded(
    () => getJson<List>('/api/views'),
    'views',
    LOOK_AGAIN_SECONDS,
  );
  if (state.kind !== 'loaded') return <NotLoaded state={state} onRetry={reload} />;
  const { views, canEdit } = state.value;
  const toggle = (which: 'new' | 'import') => {
    open.value = open.peek() === which ? null : which;
  };
  const edit = (name: string, text: string) => {
    keepDraft(name, { text, before: '', version: null });
    go({ name: 'view', view: name });
    setParams({ edit: '1' });
  };
  return (
    <>
      <div class="page-head view-head">
        <h1>Views</h1>
        <span class="dim">named dashboards, kept as YAML files</span>
        <div class="page-actions">
          <a class="button" href="/wall">
            Wall of all
          </a>
          {canEdit ? (
            <>
              <button
                type="button"
                aria-expanded={open.value === 'new'}
                onClick={() => toggle('new')}
              >
                New view
              </button>
              <button
                type="button"
                aria-expanded={open.value === 'import'}
                onClick={() => toggle('import')}
              >
                Import from Ganglia
              </button>
            </>
          ) : (
            <span class="faint">you may look, not change</span>
          )}
        </div>
      </div>
      {open.value === 'new' ? (
        <NameForm
          label="Name of the new view"
          button="Make it"
          start=""
          onName={(name) => edit(name, template(name))}
        />
      ) : null}
      {open.value === 'import' ? (
        <ImportForm onImported={({ name, text }: ImportedView) => edit(name, text)} />
      ) : null}
      <section class="panel scroll" aria-label="All views">
        <table class="list">
          <TableHead columns={['View', 'What it shows', { right: 'Panels' }, 'File', 'Changed']} />
          <tbody>
            {views.map((view) => (
              <ViewRow key={view.name} view={view} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function ViewRow({ view }: { view: ViewSummary }) {
  return (
    <tr>
      <th scope="row">
        <a href={linkTo({ name: 'view', view: view.name })}>{view.title}</a>
      </th>
      <td class="dim wrap">
        {view.problemCount > 0 ? (
          <Status shape="crit">
            {view.problemCount} {view.problemCount === 1 ? 'problem' : 'problems'} in the file
          </Status>
        ) : (
          view.description
        )}
      </td>
      <td class="right">{view.problemCount > 0 ? '–' : view.panelCount}</td>
      <td>
        <code>{view.name}.yaml</code>
      </td>
      <td class="dim">{changedText(view)}</td>
    </tr>
  );
}

function changedText({ changedMs, isOverride }: ViewSummary): string {
  if (changedMs === null) return 'built-in';
  const when = whenText(changedMs / 1000, nowS.peek());
  return isOverride ? `${when}, in place of the built-in one` : when;
}
