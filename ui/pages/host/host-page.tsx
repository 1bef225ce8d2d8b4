import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { EventInfo, HostDetail, SeriesInfo } from '../../../wire/http.ts';
import type { Mark, NoData } from '../../chart/marks.ts';
import { getJson } from '../../data/api.ts';
import { alerts, hosts, nowS, onEvent } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo, range } from '../../data/router.ts';
import { planCharts, spoken } from '../../lib/chart-plan.ts';
import { whenText } from '../../lib/clock-text.ts';
import { rangeBounds } from '../../lib/time-range.ts';
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
  const marks = useMarks(host.name);
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
                  <SeriesChart
                    host={host.name}
                    plan={plan}
                    group={group.name}
                    marks={marks}
                    noData={noData}
                  />
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

/** Events and alerts of the host within the range, kept up to date; read by the charts each time they draw. */
function useMarks(host: string): () => readonly Mark[] {
  const events = useSignal<readonly EventInfo[]>([]);
  const shown = range.value;
  useEffect(() => {
    const { fromS, toS } = rangeBounds(shown, nowS.peek());
    let isCurrent = true;
    getJson<readonly EventInfo[]>('/api/events', {
      host,
      from: Math.floor(fromS),
      to: Math.ceil(toS),
    }).then(
      (list) => {
        if (isCurrent) events.value = list;
      },
      (error: unknown) => console.warn('events were not loaded:', error),
    );
    const stop = onEvent((event) => {
      if (event.host === host) events.value = [...events.value, event];
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, [host, shown]);
  return () => [
    ...events.peek().map((event): Mark => ({ timeS: event.timeMs / 1000, kind: 'event' })),
    ...alerts
      .peek()
      .filter((alert) => alert.labels['host'] === host && alert.firedAtMs !== null)
      .map((alert): Mark => ({ timeS: alert.firedAtMs! / 1000, kind: 'alert' })),
  ];
}
