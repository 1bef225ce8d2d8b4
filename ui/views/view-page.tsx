import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { View, ViewFile } from '../../wire/views.ts';
import { ApiFailure } from '../data/api.ts';
import { useLoaded } from '../data/load.ts';
import { go, linkTo, params, setParams } from '../data/router.ts';
import { NotLoaded } from '../parts/loading.tsx';
import { BrokenView } from './broken-view.tsx';
import { DeleteForm } from './delete-form.tsx';
import { draftOf, keepDraft, template } from './drafts.ts';
import { Editor } from './editor.tsx';
import { NameForm } from './name-form.tsx';
import { VariableFields } from './variable-fields.tsx';
import { valuesOf } from './variables.ts';
import { loadView } from './view-api.ts';
import { ViewBody } from './view-body.tsx';

/** A file that others change, in git or on another page, shows soon. */
const LOOK_AGAIN_SECONDS = 5;

/** One view: shown, or edited beside its preview (`edit=1`). */
export function ViewPage({ name }: { name: string }) {
  // null = there is no such view.
  const load = async () =>
    loadView(name).catch((error: unknown) => {
      if (error instanceof ApiFailure && error.code === 'view-unknown') return null;
      throw error;
    });
  const { state, reload } = useLoaded<ViewFile | null>(load, name, LOOK_AGAIN_SECONDS);
  if (state.kind !== 'loaded') return <NotLoaded state={state} onRetry={reload} />;
  const file = state.value;
  if (params.value.has('edit') && (file === null || file.canEdit))
    return <Editing name={name} file={file} onChange={reload} />;
  if (file === null) return <Missing name={name} />;
  return <Shown file={file} />;
}

function Editing({
  name,
  file,
  onChange,
}: {
  name: string;
  file: ViewFile | null;
  onChange: () => void;
}) {
  // The file of the moment in which editing began: later ones are conflicts, and saving says so.
  const began = useRef(file);
  const draft = draftOf(name) ?? {
    text: began.current?.text ?? template(name),
    before: began.current?.text ?? '',
    version: began.current?.version ?? null,
  };
  const leave = () => {
    onChange();
    if (began.current === null && draft.before === '' && file === null) go({ name: 'views' });
    else setParams({ edit: null });
  };
  return (
    <>
      <div class="page-head">
        <h1>{file?.view?.title ?? name}</h1>
        <span class="dim">
          {file === null ? 'a new view' : 'editing'} · <code>{name}.yaml</code>
        </span>
        {file?.origin === 'built-in' ? (
          <span class="dim">saving makes a view of your own in place of the built-in one</span>
        ) : null}
      </div>
      <Editor
        name={name}
        draft={draft}
        onSaved={() => {
          onChange();
          setParams({ edit: null });
        }}
        onCancel={leave}
      />
    </>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <section class="panel empty">
      <h1>There is no view {name}</h1>
      <p class="dim">
        <a href={linkTo({ name: 'views' })}>See all views</a> or{' '}
        <button type="button" onClick={() => setParams({ edit: '1' }, true)}>
          Make it
        </button>
      </p>
    </section>
  );
}

function Shown({ file }: { file: ViewFile }) {
  return (
    <>
      <Head file={file} />
      {file.view ? <Body view={file.view} /> : <BrokenView file={file} />}
    </>
  );
}

function Body({ view }: { view: View }) {
  useEffect(() => {
    const { value } = params;
    if (view.range !== null && !value.has('range') && !value.has('from'))
      setParams({ range: view.range });
  }, [view.range]);
  return (
    <>
      <VariableFields variables={view.variables} />
      <ViewBody view={view} values={valuesOf(view.variables, params.value)} />
    </>
  );
}

function Head({ file }: { file: ViewFile }) {
  const isCopying = useSignal(false);
  const isDeleting = useSignal(false);
  const copy = (name: string) => {
    keepDraft(name, { text: file.text, before: '', version: null });
    go({ name: 'view', view: name });
    setParams({ edit: '1' });
  };
  return (
    <>
      <div class="page-head view-head">
        <h1>{file.title}</h1>
        <span class="dim">{file.description}</span>
        {file.isOverride ? <span class="label">in place of the built-in one</span> : null}
        <div class="page-actions">
          <a class="button" href={`/wall?${new URLSearchParams({ views: file.name })}`}>
            Wall
          </a>
          {file.canEdit ? (
            <>
              <button type="button" onClick={() => setParams({ edit: '1' }, true)}>
                Edit
              </button>
              <button
                type="button"
                aria-expanded={isCopying.value}
                onClick={() => {
                  isCopying.value = !isCopying.value;
                }}
              >
                Duplicate
              </button>
              {file.origin === 'own' ? (
                <button
                  type="button"
                  aria-expanded={isDeleting.value}
                  onClick={() => {
                    isDeleting.value = !isDeleting.value;
                  }}
                >
                  Delete
                </button>
              ) : null}
            </>
          ) : (
            <span class="faint">you may look, not change</span>
          )}
        </div>
      </div>
      {isCopying.value ? (
        <NameForm
          label="Name of the copy"
          button="Duplicate"
          start={`${file.name}-2`}
          onName={copy}
        />
      ) : null}
      {isDeleting.value ? <DeleteForm file={file} /> : null}
    </>
  );
}
