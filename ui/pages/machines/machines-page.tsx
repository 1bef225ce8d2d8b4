import { useSignal } from '@preact/signals';
import type { PxeNode, PxeStatus } from '../../../wire/pxe.ts';
import { nowS } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import {
  loadPxeStatus,
  machines,
  pxeIsOff,
  refreshMachines,
  useMachines,
} from '../../data/machines.ts';
import { linkTo, params, setParams } from '../../data/router.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { formatDuration } from '../../lib/units.ts';
import { Command } from '../../parts/command.tsx';
import { NotLoaded } from '../../parts/loading.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Status } from '../../parts/status.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { MachineState, Steps } from './machine-state.tsx';

/** Machines that boot and install from this appliance. */
export function MachinesPage() {
  useMachines();
  const state = machines.value;
  if (pxeIsOff.value) return <PxeOff />;
  if (state.kind !== 'loaded')
    return (
      <section class="panel">
        <NotLoaded state={state} onRetry={() => void refreshMachines()} />
      </section>
    );
  return <Inventory nodes={state.value} />;
}

function PxeOff() {
  return (
    <section class="panel empty">
      <h1>Provisioning is not running</h1>
      <p class="dim">
        With it, machines that boot from the network appear here, wait for approval, install
        themselves from their classes and join the cluster. Start the appliance with the interface
        that the new machines are connected to:
      </p>
      <Command text="clustermon up --pxe eth1" />
      <p class="dim">
        An existing DHCP server can stay: by default only the boot information is added to its
        answers. <code>clustermon boot dhcp-config</code> prints what to add when the server shall
        do that itself.
      </p>
    </section>
  );
}

function Inventory({ nodes }: { nodes: readonly PxeNode[] }) {
  const pattern = params.value.get('name') ?? '';
  const wantedState = params.value.get('state') ?? '';
  const takes = namePattern(pattern);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const shown = nodes.filter(
    (node) =>
      (wantedState === '' ? node.state !== 'retired' : node.state === wantedState) &&
      takes(
        [node.name, ...node.macs, ...node.classes, node.rack ?? '', node.address ?? ''].join(' '),
      ),
  );
  const chosen = shown.filter((node) => selected.value.has(node.name));
  const select = (names: readonly string[], isOn: boolean) => {
    const next = new Set(selected.value);
    for (const name of names) isOn ? next.add(name) : next.delete(name);
    selected.value = next;
  };
  return (
    <>
      <div class="page-head">
        <h1>Machines</h1>
        <StateFilter nodes={nodes} wanted={wantedState} />
        <SearchField param="name" label="Filter machines" placeholder="name, MAC, class, rack …" />
        <BulkActions
          nodes={chosen}
          onDone={() => {
            selected.value = new Set();
            void refreshMachines();
          }}
        />
      </div>
      <PxeInterfaces />
      {shown.length === 0 ? (
        <NoMachines isFiltered={nodes.length > 0} />
      ) : (
        <MachineTable nodes={shown} selected={selected.value} onSelect={select} />
      )}
    </>
  );
}

function StateFilter({ nodes, wanted }: { nodes: readonly PxeNode[]; wanted: string }) {
  const present = [...new Set(nodes.map((node) => node.state))].sort();
  return (
    <fieldset class="buttons plain" aria-label="State">
      {present.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === wanted}
          onClick={() => setParams({ state: state === wanted ? null : state })}
        >
          {nodes.filter((node) => node.state === state).length} {state}
        </button>
      ))}
    </fieldset>
  );
}

function NoMachines({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <p class="panel faint calm">No machine matches.</p>;
  return (
    <section class="panel empty">
      <h1>No machine has asked to boot yet</h1>
      <p class="dim">
        Power one on with network boot first in its boot order: it appears here with its first DHCP
        request. One that stays away is explained by
      </p>
      <Command text="clustermon boot log" />
    </section>
  );
}

interface MachineTableProps {
  readonly nodes: readonly PxeNode[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (names: readonly string[], isOn: boolean) => void;
}

function MachineTable({ nodes, selected, onSelect }: MachineTableProps) {
  const names = nodes.map((node) => node.name);
  return (
    <section class="panel scroll" aria-label="Machines">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                class="small"
                aria-label="Select all"
                checked={names.every((name) => selected.has(name))}
                onChange={(event) => onSelect(names, event.currentTarget.checked)}
              />
            </th>
            <th scope="col">Machine</th>
            <th scope="col">State</th>
            <th scope="col">Progress</th>
            <th scope="col">Last contact</th>
            <th scope="col">Expected next</th>
            <th scope="col">Classes</th>
            <th scope="col">Place</th>
            <th scope="col">MAC, address</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.id}>
              <td>
                <input
                  type="checkbox"
                  class="small"
                  aria-label={`Select ${node.name}`}
                  checked={selected.has(node.name)}
                  onChange={(event) => onSelect([node.name], event.currentTarget.checked)}
                />
              </td>
              <th scope="row">
                <a href={linkTo({ name: 'machine', machine: node.name })}>{node.name}</a>
              </th>
              <td>
                <MachineState state={node.state} />{' '}
                <span class="faint">{ageText(node.changedMs)}</span>
              </td>
              <td>
                {node.failure === undefined ? (
                  <Steps node={node} />
                ) : (
                  <span class="failure">{firstLine(node.failure)}</span>
                )}
              </td>
              <td>
                {node.lastContact
                  ? `${node.lastContact.what}, ${ageText(node.lastContact.atMs)} ago`
                  : '–'}
              </td>
              <td class="wrap">{node.expectedNext ?? '–'}</td>
              <td>{node.classes.join(' ')}</td>
              <td>
                {[node.rack, node.unit === undefined ? undefined : `u${node.unit}`]
                  .filter(Boolean)
                  .join(' ')}
              </td>
              <td class="faint">{[...node.macs, node.address].filter(Boolean).join(' ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ageText(atMs: number): string {
  return formatDuration(Math.max(0, nowS.value - atMs / 1000));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

const STATUS_SECONDS = 15;

/** On which networks machines boot, and what is in the way. */
function PxeInterfaces() {
  const { state } = useLoaded(loadPxeStatus, '', STATUS_SECONDS);
  if (state.kind !== 'loaded') return null;
  return (
    <ul class="pxe-interfaces">
      {state.value.interfaces.map((one) => (
        <li key={one.interface}>
          <InterfaceLine one={one} />
        </li>
      ))}
      {state.value.hasInstaller ? null : (
        <li>
          <Status shape="warn">
            the installer is not built: <code>clustermon image build</code>
          </Status>
        </li>
      )}
    </ul>
  );
}

function InterfaceLine({ one }: { one: PxeStatus['interfaces'][number] }) {
  const isBlocked = one.mode === 'server' && one.foreignServers.length > 0;
  return (
    <>
      <Status shape={isBlocked ? 'warn' : one.mode === 'off' ? 'off' : 'ok'}>
        {one.interface} {one.address}
      </Status>{' '}
      <span class="dim">
        {one.mode === 'proxy'
          ? 'beside the DHCP server'
          : one.mode === 'server'
            ? 'is the DHCP server'
            : 'answers nothing'}
        {isBlocked ? `, but ${one.foreignServers.join(', ')} answers too` : ''} · {one.packets}{' '}
        packets
      </span>
    </>
  );
}
