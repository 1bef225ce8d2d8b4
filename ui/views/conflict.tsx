import type { ViewFile } from '../../wire/views.ts';
import { DiffView } from './diff-view.tsx';

interface ConflictProps {
  readonly name: string;
  readonly mine: string;
  readonly theirs: ViewFile | null;
  readonly onMine: (theirs: ViewFile | null) => void;
  readonly onTheirs: (theirs: ViewFile | null) => void;
  readonly onEdit: (theirs: ViewFile | null) => void;
}

/** Somebody else was faster: both texts, and what to do about it. */
export function Conflict({ name, mine, theirs, onMine, onTheirs, onEdit }: ConflictProps) {
  return (
    <>
      <div role="alert">
        <h2>
          {theirs
            ? `${name} was saved by somebody else since you began`
            : `${name} was deleted by somebody else since you began`}
        </h2>
        <p class="dim">
          Nothing was overwritten. Below, − is what is saved now and + is your text.
        </p>
      </div>
      <DiffView before={theirs?.text ?? ''} after={mine} label="From the saved text to yours" />
      <div class="editor-buttons">
        <button type="button" class="main" onClick={() => onEdit(theirs)}>
          Go on editing mine
        </button>
        <button type="button" onClick={() => onMine(theirs)}>
          Save mine over it
        </button>
        <button type="button" onClick={() => onTheirs(theirs)}>
          Take the saved one
        </button>
      </div>
    </>
  );
}
