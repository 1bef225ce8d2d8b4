import { useMemo } from 'preact/hooks';
import type { HostDetail, SeriesInfo } from '../../../wire/http.ts';
import type { NoData } from '../../chart/marks.ts';
import { getJson } from '../../data/api.ts';
import { hosts, nowS } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo } from '../../data/router.ts';
import { planCharts, spoken } from '../../lib/chart-plan.ts';
import { whenText } from '../../lib/clock-text.ts';
import { Changes } from '../../parts/changes.tsx';
import { NotLoaded } from '../../parts/loading.tsx';
import { Facts } from './facts.tsx';
import { HostAlerts } from './host-alerts.tsx';
import { HostHead } from './host-head.tsx';
import { KpiTiles } from './kpi-tiles.tsx';
import { SeriesChart } from './series-chart.tsx';

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
  return <LoadedHost host={summary ? { ...state.value, ...summary } : state.value} />;
}

function LoadedHost({ host }: { host: HostDetail }) {
  const groups = useCharts(host.series);
  const noData = () => noDataOf(host);
  const isSilent = host.state !== 'up';
  return (
    <div class={isSilent ? 'host silent' : 'host'}>
      <HostHead host={host} />
      <KpiTiles host={host} />
      <HostAlerts host={host.name} />
      <Changes host={host.name} />
      <div class="host-body">
        <div class="host-groups">
          {groups.map((group) => (
            <section key={group.name} aria-label={group.name}>
              {group.charts.map((plan, index) => (
                <div key={plan.id} id={index === 0 ? anchorOf(group.name) : undefined}>
                  <SeriesChart host={host.name} plan={plan} group={group.name} noData={noData} />
                </div>
              ))}
            </section>
          ))}
          <Facts host={host} />
        </div>
        <nav class="toc" aria-label="Groups of metrics">
          {groups.map((group) => (
            <a key={group.name} href={`#${anchorOf(group.name)}`}>
              {spoken(group.name)} <span class="faint">{group.charts.length}</span>
            </a>
          ))}
          <a href="#group-facts">Facts</a>
        </nav>
      </div>
    </div>
  );
}

function anchorOf(group: string): string {
  return `group-${group.replace(/[^\w-]+/g, '_')}`;
}

/** Plans anew only when the set of series changes, not with every value. */
function useCharts(series: readonly SeriesInfo[]) {
  const identity = series.map((one) => `${one.key} ${one.units} ${one.group}`).join('\n');
  return useMemo(() => planCharts(series), [identity]);
}

function noDataOf(host: HostDetail): NoData | null {
  if (host.state === 'up') return null;
  const fromS = host.lastSeenMs / 1000;
  return {
    fromS,
    text: `no data since ${whenText(fromS, nowS.peek())} · ${host.name} ${host.state}`,
  };
}
