import type { BootExplanation, NodeEvent, PxeNode } from '../../../wire/pxe.ts';
import { getJson } from '../../data/api.ts';
import { hosts } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo } from '../../data/router.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { formatValue } from '../../lib/units.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { Status } from '../../parts/status.tsx';
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
  const { node, stages, diagnoses, events, expectedNext } = state.value;
  return (
    <>
      <Head node={node} onDone={reload} />
      <div class="stack">
        {node.failure === undefined ? null : (
          <section class="panel" aria-label="Failure">
            <h2>Why it failed</h2>
            <pre class="failure">{node.failure}</pre>
          </section>
        )}
        {diagnoses.map((diagnosis) => (
          <section class="panel" key={diagnosis.code} aria-label="Diagnosis">
            <Status shape="warn">{diagnosis.text}</Status>
            <p>{diagnosis.advice}</p>
          </section>
        ))}
        <section class="panel" aria-label="Boot">
          <h2>What it would be given now</h2>
          <table class="list">
            <tbody>
              {stages.map((stage) => (
                <tr key={stage.stage}>
                  <th scope="row">{stage.stage}</th>
                  <td class="wrap">
                    <code>{stage.answer}</code>
                  </td>
                  <td class="dim wrap">{stage.why}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="dim">Expected next: {expectedNext}</p>
        </section>
        <Hardware node={node} />
        <Timeline events={events} />
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

function Hardware({ node }: { node: PxeNode }) {
  const { hardware } = node;
  if (!hardware) return null;
  const rows: (readonly [string, string | undefined])[] = [
    ['system', [hardware.vendor, hardware.product].filter(Boolean).join(' ')],
    ['serial', hardware.serial],
    ['processor', hardware.cpu],
    ['cores', hardware.cores?.toString()],
    [
      'memory',
      hardware.memoryBytes === undefined ? undefined : formatValue(hardware.memoryBytes, 'bytes'),
    ],
    ['firmware', hardware.firmware],
    ...(hardware.disks ?? []).map(
      (disk) =>
        [disk.name, `${formatValue(disk.sizeBytes / 1e9, 'GB')} ${disk.model ?? ''}`] as const,
    ),
    ...(hardware.nics ?? []).map((nic) => [nic.name, nic.mac] as const),
  ];
  return (
    <section aria-label="Hardware">
      <dl class="panel facts">
        {rows
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** Every packet, request and task that the appliance saw of the machine, the newest first. */
function Timeline({ events }: { events: readonly NodeEvent[] }) {
  return (
    <section class="panel" aria-label="Timeline">
      <h2>
        Timeline <span class="faint">{events.length}</span>
      </h2>
      {events.length === 0 ? <p class="faint">Nothing was heard of it yet.</p> : null}
      <ol class="timeline">
        {events
          .toSorted((a, b) => b.id - a.id)
          .map((event) => (
            <li key={event.id}>
              <span class="faint">{dateTimeText(event.atMs / 1000)}</span>
              <span>{event.kind}</span>
              <span>{event.text}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}
