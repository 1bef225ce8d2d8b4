import type { HostDetail } from '../../../wire/http.ts';
import { getJson } from '../../data/api.ts';
import { hosts } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo } from '../../data/router.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { Facts } from './facts.tsx';
import { HostAlerts } from './host-alerts.tsx';
import { HostHardware } from './host-hardware.tsx';
import { HostHead } from './host-head.tsx';
import { HostMetrics } from './host-metrics.tsx';
import { HostProvisioning } from './host-provisioning.tsx';
import { HostServices } from './host-services.tsx';
import { HostTabs, hostTab } from './host-tabs.tsx';

/** A host is asked again for its catalogue this often: metrics come and go. */
const CATALOGUE_SECONDS = 60;

/** One host in depth: everything that its agent sends, without configuration. */
export function HostPage({ name }: { name: string }) {
  const summary = hosts.value.find((host) => host.name === name);
  const path = `/api/hosts/${encodeURIComponent(name)}`;
  const { state, reload } = useLoaded(
    () => getJson<HostDetail>(path),
    `${name} ${summary?.seriesCount ?? ''}`,
    CATALOGUE_SECONDS,
  );
  if (state.kind !== 'loaded') {
    return (
      <section class="panel empty">
        <h1>{name}</h1>
        <NotLoaded state={state} onRetry={reload} />
        <p>
          <a href={linkTo({ name: 'overview' })}>All hosts</a>
        </p>
      </section>
    );
  }
  const host = summary ? { ...state.value, ...summary } : state.value;
  return (
    <div class={host.state === 'up' ? 'host' : 'host silent'}>
      <HostHead host={host} />
      <HostTabs host={host.name} />
      <TabContent host={host} />
    </div>
  );
}

function TabContent({ host }: { host: HostDetail }) {
  switch (hostTab()) {
    case 'metrics':
      return <HostMetrics host={host} />;
    case 'alerts':
      return <HostAlerts host={host.name} />;
    case 'provisioning':
      return <HostProvisioning host={host} />;
    case 'hardware':
      return <HostHardware host={host} />;
    case 'services':
      return <HostServices host={host} />;
    case 'facts':
      return <Facts host={host} />;
  }
}
