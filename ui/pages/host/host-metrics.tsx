import { useMemo } from 'preact/hooks';
import type { HostDetail, SeriesInfo } from '../../../wire/http.ts';
import type { NoData } from '../../chart/marks.ts';
import { nowS } from '../../data/live.ts';
import { params } from '../../data/router.ts';
import { planCharts, searchText } from '../../lib/chart-plan.ts';
import { whenText } from '../../lib/clock-text.ts';
import { spoken } from '../../lib/metric-words.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { Changes } from '../../parts/changes.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { HostAlertStrip } from './host-alerts.tsx';
import { KpiTiles } from './kpi-tiles.tsx';
import { SeriesChart } from './series-chart.tsx';

/** Everything that moves on a host: eight numbers, then a chart for each group of its metrics, made without configuration. */
export function HostMetrics({ host }: { host: HostDetail }) {
  const pattern = params.value.get('find') ?? '';
  const groups = useCharts(host.series, pattern);
  const silence = noDataOf(host);
  // The same elements while nothing about them changes: hundreds of charts would be rendered again whenever any host changes its state.
  const charts = useMemo(
    () =>
      groups.map((group) => (
        <section key={group.name} aria-label={group.name}>
          {group.charts.map((plan, index) => (
            <div key={plan.id} id={index === 0 ? anchorOf(group.name) : undefined}>
              <SeriesChart host={host.name} plan={plan} group={group.name} noData={() => silence} />
            </div>
          ))}
        </section>
      )),
    [groups, host.name, silence?.text],
  );
  return (
    <>
      <KpiTiles host={host} />
      <HostAlertStrip host={host.name} />
      <Changes host={host.name} />
      <div class="host-body">
        <div class="host-groups">
          {groups.length === 0 ? <p class="faint">No metric of {host.name} matches.</p> : null}
          {charts}
        </div>
        <aside class="toc">
          <SearchField param="find" label="Find metrics" placeholder="find …" />
          <nav aria-label="Groups of metrics">
            {groups.map((group) => (
              <a key={group.name} href={`#${anchorOf(group.name)}`}>
                {spoken(group.name)} <span class="faint">{group.charts.length}</span>
              </a>
            ))}
          </nav>
        </aside>
      </div>
    </>
  );
}

function anchorOf(group: string): string {
  return `group-${group.replace(/[^\w-]+/g, '_')}`;
}

/** Charts of the series that the pattern takes; planned anew only when the set of series changes, not with every value. */
function useCharts(series: readonly SeriesInfo[], pattern: string) {
  const identity = series.map((one) => `${one.key} ${one.units} ${one.group}`).join('\n');
  return useMemo(() => {
    const takes = namePattern(pattern);
    return planCharts(series.filter((one) => takes(searchText(one))));
  }, [identity, pattern]);
}

function noDataOf(host: HostDetail): NoData | null {
  if (host.state === 'up') return null;
  const fromS = host.lastSeenMs / 1000;
  return {
    fromS,
    text: `no data since ${whenText(fromS, nowS.peek())} · ${host.name} ${host.state}`,
  };
}
