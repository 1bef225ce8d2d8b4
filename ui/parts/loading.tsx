import type { Loaded } from '../data/load.ts';

/** What stands in for a part that is not there: why, and a way to try again. */
export function NotLoaded({ state, onRetry }: { state: Loaded<unknown>; onRetry: () => void }) {
  if (state.kind !== 'failed')
    return (
      <p class="faint" role="status" aria-busy="true">
        Loading …
      </p>
    );
  return (
    <p role="alert">
      {state.message}{' '}
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
