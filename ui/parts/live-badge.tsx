import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { frameAtMs, liveState } from '../data/live.ts';
import { stopped } from '../data/pause.ts';
import { formatDuration } from '../lib/units.ts';
import { Status } from './status.tsx';

/** The browser's clock, for ages: it goes on when the stream does not. */
const second = signal(Date.now());
setInterval(() => {
  second.value = Date.now();
}, 1_000);

/** Data older than this is not called live. */
const STALE_MS = 2_500;

function ageSeconds(): number {
  return Math.max(0, Math.round((second.value - frameAtMs.value) / 1000));
}

/** Says how old what is on screen is; stops and restarts the charts. */
export function LiveBadge() {
  const isStopped = stopped.value;
  return (
    <button
      type="button"
      class="live"
      aria-pressed={isStopped}
      title={isStopped ? 'Go on (Space)' : 'Hold the charts still (Space)'}
      onClick={() => {
        stopped.value = !isStopped;
      }}
    >
      <LiveText />
    </button>
  );
}

function LiveText() {
  if (stopped.value) return <Status shape="off">paused</Status>;
  if (liveState.value.kind === 'connecting') return <Status shape="busy">connecting</Status>;
  if (liveState.value.kind === 'lost') return <Status shape="crit">no connection</Status>;
  if (second.value - frameAtMs.value > STALE_MS)
    return <Status shape="warn">{formatDuration(ageSeconds())} old</Status>;
  return <Status shape="ok">live</Status>;
}

/** Across the page while the collector cannot be reached: how old the data is, and when the next try is. */
export function ConnectionBanner() {
  const state = liveState.value;
  const wasLost = useRef(false);
  // A page that was hidden connects anew too, which is no news.
  if (state.kind !== 'live') wasLost.current = state.kind === 'lost';
  const isBack = state.kind === 'live' && wasLost.current;
  return (
    <>
      {state.kind === 'lost' ? (
        <div class="banner">
          <span role="alert">
            <Status shape="crit">The collector does not answer.</Status>
          </span>
          <WaitText retryAtMs={state.retryAtMs} />
        </div>
      ) : null}
      <span class="hidden-text" role="status">
        {isBack ? 'The collector answers again.' : ''}
      </span>
    </>
  );
}

/** Changes each second, and is therefore no part of what is read out by itself. */
function WaitText({ retryAtMs }: { retryAtMs: number }) {
  const waitS = Math.max(0, Math.ceil((retryAtMs - second.value) / 1000));
  const age =
    frameAtMs.value === 0
      ? 'Nothing was received yet'
      : `What you see is ${formatDuration(ageSeconds())} old`;
  return (
    <span>
      {age}; {waitS > 0 ? `next try in ${waitS} s` : 'trying now …'}
    </span>
  );
}
