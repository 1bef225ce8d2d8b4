import { alerts } from '../../data/live.ts';
import { params } from '../../data/router.ts';
import { changedParams, withQuery } from '../../lib/route.ts';

export const HOST_TABS = [
  'metrics',
  'alerts',
  'provisioning',
  'hardware',
  'services',
  'facts',
] as const;
export type HostTab = (typeof HOST_TABS)[number];

/** Of the URL; the metrics unless told. */
export function hostTab(): HostTab {
  return HOST_TABS.find((tab) => tab === params.value.get('tab')) ?? 'metrics';
}

export function HostTabs({ host }: { host: string }) {
  const firing = alerts.value.filter(
    ({ labels, state }) => labels['host'] === host && state !== 'resolved',
  ).length;
  const current = hostTab();
  return (
    <nav class="tabs host-tabs" aria-label={`Parts of ${host}`}>
      {HOST_TABS.map((tab) => (
        <a key={tab} href={hrefOf(tab)} aria-current={tab === current ? 'page' : undefined}>
          {tab}
          {tab === 'alerts' && firing > 0 ? <b class="count">{firing}</b> : null}
        </a>
      ))}
    </nav>
  );
}

function hrefOf(tab: HostTab): string {
  const query = changedParams(params.value, { tab: tab === 'metrics' ? null : tab });
  return withQuery(location.pathname, query);
}
