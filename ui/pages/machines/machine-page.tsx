import type { BootExplanation, PxeNode } from '../../../wire/pxe.ts';
import { getJson } from '../../data/api.ts';
import { hosts } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo } from '../../data/router.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { MachineHardware, Provisioning } from '../../parts/provisioning.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { MachineState, Steps } from './machine-state.tsx';

const POLL_SECONDS = 2;

/** One machine: what it is, where its boot or installation stands, and every step that it took. */
export function MachinePage({ name }: { name: string }) {
  const path = `/api/pxe/explain/${encodeURIComponent(name)}`;
  const { state, reload } = useLoaded(() => getJson<BootExplanation>(path), name, POLL_SECONDS);
  if (state.kind !== 'loaded' || !state.value.node) {
    return (
      <section class="panel empty">
        <h1>{name}</h1>
        {state.kind === 'loaded' ? (
          <p>There is no machine of this name.</p>
        ) : (
          <NotLoaded state={state} onRetry={reload} />
        )}
        <a href={linkTo({ name: 'machines' })}>All machines</a>
      </section>
    );
  }
  const { node } = state.value;
  return (
    <>
      <Head node={node} onDone={reload} />
      <div class="stack">
        {node.hardware ? <MachineHardware hardware={node.hardware} /> : null}
        <Provisioning explanation={state.value} />
      </div>
    </>
  );
}

function Head({ node, onDone }: { node: PxeNode; onDone: () => void }) {
  const host = hosts.value.find((one) => one.id === node.agentId || one.name === node.name);
  return (
    <header class="page-head">
      <h1>{node.name}</h1>
      <MachineState state={node.state} />
      <Steps node={node} />
      <span>{node.classes.join(' ')}</span>
      <span class="dim">{node.macs.join(' ')}</span>
      {node.address === undefined ? null : <span>{node.address}</span>}
      {node.installedMs === undefined ? null : (
        <span class="dim">installed {dateTimeText(node.installedMs / 1000)}</span>
      )}
      {host ? <a href={linkTo({ name: 'host', host: host.name })}>Its metrics</a> : null}
      <BulkActions nodes={[node]} onDone={onDone} />
    </header>
  );
}
