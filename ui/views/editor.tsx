import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { View, ViewFile, ViewProblem } from '../../wire/views.ts';
import { ApiFailure, messageOf } from '../data/api.ts';
import { params } from '../data/router.ts';
import { loadViews } from '../data/views.ts';
import { Conflict } from './conflict.tsx';
import { DiffView } from './diff-view.tsx';
import { type Draft, dropDraft, hasDrafts, keepDraft } from './drafts.ts';
import { ProblemList } from './problem-list.tsx';
import { valuesOf } from './variables.ts';
import { checkView, loadView, saveView } from './view-api.ts';
import { ViewBody } from './view-body.tsx';
import { showProblem, YamlField } from './yaml-field.tsx';

/** The text is checked when the keys rest for so long. */
const CHECK_AFTER_MS = 300;

interface EditorProps {
  readonly name: string;
  readonly draft: Draft;
  readonly onSaved: (file: ViewFile) => void;
  readonly onCancel: () => void;
}

type Step =
  | { readonly kind: 'editing' }
  | { readonly kind: 'reviewing' }
  /** null = it was deleted. */
  | { readonly kind: 'conflict'; readonly theirs: ViewFile | null };

/** The YAML of a view beside what it looks like; what was changed is shown before it is saved. */
export function Editor({ name, draft, onSaved, onCancel }: EditorProps) {
  const current = useSignal<Draft>(draft);
  const view = useSignal<View | null>(null);
  const problems = useSignal<readonly ViewProblem[]>([]);
  const step = useSignal<Step>({ kind: 'editing' });
  const failure = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, before, version } = current.value;
  const isChanged = text !== before;
  const isSound = problems.value.length === 0;

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        checkView(text).then(
          (checked) => {
            if (!isCurrent) return;
            problems.value = checked.problems;
            if (checked.view) view.value = checked.view;
            failure.value = null;
          },
          (error: unknown) => {
            if (isCurrent) failure.value = messageOf(error);
          },
        );
      },
      view.peek() === null ? 0 : CHECK_AFTER_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (hasDrafts()) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);

  const setDraft = (next: Draft) => {
    current.value = next;
    keepDraft(name, next);
  };
  const review = () => {
    if (isSound && isChanged) step.value = { kind: 'reviewing' };
  };
  const save = async (over: string | null) => {
    try {
      const file = await saveView(name, current.peek().text, over);
      dropDraft(name);
      loadViews();
      onSaved(file);
    } catch (error) {
      const isConflict =
        error instanceof ApiFailure &&
        (error.code === 'view-changed' || error.code === 'view-exists');
      if (isConflict) step.value = { kind: 'conflict', theirs: await theirText(name) };
      else failure.value = messageOf(error);
    }
  };

  return (
    <div class="view-editor">
      <section class="panel" aria-label="Text">
        {step.value.kind === 'reviewing' ? (
          <>
            <h2>What will be saved</h2>
            <DiffView before={before} after={text} label="Changes" />
            <Buttons
              main={{ text: 'Save', run: () => void save(version) }}
              other={{
                text: 'Go on editing',
                run: () => {
                  step.value = { kind: 'editing' };
                },
              }}
            />
          </>
        ) : step.value.kind === 'conflict' ? (
          <Conflict
            name={name}
            mine={text}
            theirs={step.value.theirs}
            onMine={(theirs) => void save(theirs?.version ?? null)}
            onTheirs={(theirs) => {
              dropDraft(name);
              if (theirs) onSaved(theirs);
              else onCancel();
            }}
            onEdit={(theirs) => {
              setDraft({ text, before: theirs?.text ?? '', version: theirs?.version ?? null });
              step.value = { kind: 'editing' };
            }}
          />
        ) : (
          <>
            <YamlField
              field={field}
              text={text}
              problems={problems.value}
              isReadOnly={false}
              onText={(next) => setDraft({ ...current.peek(), text: next })}
              onSave={review}
            />
            <ProblemList
              problems={problems.value}
              onProblem={(problem) => showProblem(field.current!, problem)}
            />
            <Buttons
              main={{ text: 'Review and save', run: review, isOff: !isSound || !isChanged }}
              other={{
                text: isChanged ? 'Discard' : 'Close',
                run: () => {
                  dropDraft(name);
                  onCancel();
                },
              }}
            />
          </>
        )}
        {failure.value === null ? null : (
          <p class="failure" role="alert">
            {failure.value}
          </p>
        )}
      </section>
      <section aria-label="Preview">
        {isSound || view.value === null ? null : (
          <p class="dim">This is the last text without problems.</p>
        )}
        {view.value === null ? (
          <p class="faint">The preview appears when the text has no problems.</p>
        ) : (
          <ViewBody view={view.value} values={valuesOf(view.value.variables, params.value)} />
        )}
      </section>
    </div>
  );
}

async function theirText(name: string): Promise<ViewFile | null> {
  return loadView(name).catch((error: unknown) => {
    if (error instanceof ApiFailure && error.code === 'view-unknown') return null;
    throw error;
  });
}

interface Choice {
  readonly text: string;
  readonly run: () => void;
  readonly isOff?: boolean;
}

function Buttons({ main, other }: { main: Choice; other: Choice }) {
  return (
    <div class="editor-buttons">
      <button type="button" class="main" disabled={main.isOff ?? false} onClick={main.run}>
        {main.text}
      </button>
      <button type="button" onClick={other.run}>
        {other.text}
      </button>
    </div>
  );
}
