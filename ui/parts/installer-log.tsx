import type { PxeNode } from '../../wire/pxe.ts';
import { getJson } from '../data/api.ts';
import { useLoaded } from '../data/load.ts';

const POLL_SECONDS = 2;
const LINES = 200;

/** What the installer says on the machine, its last lines in view: live while it runs, kept after it. */
export function InstallerLog({ node }: { node: PxeNode }) {
  const path = `/api/pxe/nodes/${encodeURIComponent(node.name)}/log?lines=${LINES}`;
  const isRunning = node.state === 'booting' || node.state === 'installing';
  const { state } = useLoaded(
    () => getJson<{ readonly lines: readonly string[] }>(path),
    `${node.name} ${node.state}`,
    isRunning ? POLL_SECONDS : 0,
  );
  if (state.kind !== 'loaded' || state.value.lines.length === 0) return null;
  const { lines } = state.value;
  return (
    <section class="panel" aria-label="Installer’s log">
      <h2>
        Installer’s log <span class="faint">{isRunning ? 'live' : 'of its last installation'}</span>
      </h2>
      {/* Laid out from its end, so that the newest line stays in view. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keyboard */}
      <div class="log" tabIndex={0}>
        <pre>{lines.join('\n')}</pre>
      </div>
    </section>
  );
}
