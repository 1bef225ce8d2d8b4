import type { HostDetail } from '../../../wire/http.ts';
import type { BootExplanation } from '../../../wire/pxe.ts';
import { getJson } from '../../data/api.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo } from '../../data/router.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { Provisioning } from '../../parts/provisioning.tsx';
import { MachineState } from '../machines/machine-state.tsx';
import { useMachineOf } from './machine-of.ts';

const POLL_SECONDS = 5;

/** How the host was installed, when this appliance did it. */
export function HostProvisioning({ host }: { host: HostDetail }) {
  const machine = useMachineOf(host);
  if (!machine)
    return (
      <p class="panel dim">
        This appliance did not install {host.name}: it is not among its{' '}
        <a href={linkTo({ name: 'machines' })}>machines</a>.
      </p>
    );
  return (
    <div class="stack">
      <section class="panel" aria-label="Machine">
        <MachineState state={machine.state} /> {machine.classes.join(' ')}{' '}
        <a href={linkTo({ name: 'machine', machine: machine.name })}>Install again, retire …</a>
      </section>
      <Steps name={machine.name} />
    </div>
  );
}

function Steps({ name }: { name: string }) {
  const path = `/api/pxe/explain/${encodeURIComponent(name)}`;
  const { state, reload } = useLoaded(() => getJson<BootExplanation>(path), name, POLL_SECONDS);
  if (state.kind === 'loaded') return <Provisioning explanation={state.value} />;
  return <NotLoaded state={state} onRetry={reload} />;
}
