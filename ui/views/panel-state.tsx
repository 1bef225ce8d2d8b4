import type { Panel } from '../../wire/views.ts';
import type { Loaded } from '../data/load.ts';

/** A panel that has nothing to show yet, or nothing at all: as high as it will be, and saying why. */
export function PanelState({
  panel,
  state,
  onRetry,
}: {
  panel: Panel;
  state: Loaded<unknown>;
  onRetry: () => void;
}) {
  return (
    <section class="panel view-panel" aria-label={panel.title}>
      <h3>{panel.title}</h3>
      <div class="panel-state" style={{ height: `${panel.height}px` }}>
        <StateText state={state} onRetry={onRetry} />
      </div>
    </section>
  );
}

function StateText({ state, onRetry }: { state: Loaded<unknown>; onRetry: () => void }) {
  switch (state.kind) {
    case 'loading':
      return (
        <p class="faint" role="status" aria-busy="true">
          Loading …
        </p>
      );
    case 'loaded':
      return <p class="faint">No series in this range</p>;
    case 'failed':
      return (
        <div role="alert">
          <p class="failure">{state.message}</p>
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      );
  }
}
