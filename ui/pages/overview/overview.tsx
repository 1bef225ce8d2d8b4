import { effect, useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { HostSummary, Severity } from '../../../wire/http.ts';
import { catalogue, lenses } from '../../data/catalogue.ts';
import { alerts, hosts, hostsKnown } from '../../data/live.ts';
import { INSTALLING, machines, useMachines } from '../../data/machines.ts';
import { params, setParams } from '../../data/router.ts';
import { chooseLenses, type Lens } from '../../lib/lens.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { groupings } from '../../lib/rack-map.ts';
import { type Domain, domainOf } from '../../lib/ramp.ts';
import { Changes } from '../../parts/changes.tsx';
import { AlertList } from './alert-list.tsx';
import { BandChart, clusterMetrics } from './band-chart.tsx';
import { EmptyAppliance } from './empty-appliance.tsx';
import { HostTable } from './host-table.tsx';
import { HostValues } from './host-values.ts';
import { RackMap } from './rack-map.tsx';
import { SparklineWall } from './sparkline-wall.tsx';
import { Toolbar } from './toolbar.tsx';
import { TopList } from './top-list.tsx';

const TOP_LISTS = 4;
const CLUSTER_CHARTS = 4;
const CHART_HEIGHT = 138;

/** The whole cluster on one screen. */
export function Overview() {
  if (hostsKnown.value && hosts.value.length === 0) return <EmptyAppliance />;
  if (!hostsKnown.value || lenses.value.length === 0)
    return <div class="overview waiting" aria-busy="true" />;
  return <Cluster />;
}

function Cluster() {
  const query = params.value;
  const [colour] = chooseLenses(lenses.value, [query.get('color') ?? ''], 1);
  const lens = colour!;
  const topIds = (query.get('top') ?? '').split(',');
  const tops = chooseLenses(lenses.value, topIds, TOP_LISTS);
  const shown = useShownHosts(query);
  const selected = useMemo(
    () => new Set((query.get('select') ?? '').split(',').filter(Boolean)),
    [query.get('select')],
  );
  const chosen = useMemo(
    () => (selected.size > 0 ? shown.filter((host) => selected.has(host.name)) : shown),
    [shown, selected],
  );
  const chosenNames = selected.size > 0 ? chosen.map(({ name }) => name) : undefined;
  const values = useHostValues(lens, tops);
  const domain = useDomain(lens, values, shown);
  const severities = useComputed(worstSeverities).value;
  useMachines();
  const installingText = useComputed(installingNames).value;
  const installing = useMemo(() => new Set(installingText.split('\n')), [installingText]);
  const labels = useMemo(() => groupings(hosts.value), [hosts.value]);
  const wanted = query.get('group') ?? '';
  const groupBy = labels.includes(wanted) ? wanted : labels[0]!;
  const isTable = query.get('view') === 'table';
  const setTop = (index: number, id: string) =>
    setParams({ top: tops.map((top, at) => (at === index ? id : top.id)).join(',') });
  return (
    <>
      <Changes />
      <div class="overview">
        <Toolbar
          lens={lens}
          domain={domain}
          groupBy={groupBy}
          groupings={labels}
          shownCount={shown.length}
          selectedCount={selected.size}
          isTable={isTable}
        />
        <section class="panel map" aria-label="Hosts">
          {isTable ? (
            <HostTable
              hosts={chosen}
              lenses={[lens, ...tops.filter((top) => top !== lens)]}
              values={values}
            />
          ) : (
            <RackMap
              hosts={shown}
              groupBy={groupBy}
              lens={lens}
              values={values}
              domain={domain}
              severities={severities}
              installing={installing}
              selected={selected}
              onSelect={(names) => setParams({ select: names.join(',') || null })}
            />
          )}
        </section>
        <div class="panel tops">
          {tops.map((top, index) => (
            <TopList
              key={index}
              lens={top}
              lenses={lenses.value}
              hosts={chosen}
              values={values}
              onLens={(id) => setTop(index, id)}
            />
          ))}
        </div>
        <AlertList hosts={selected.size > 0 ? selected : undefined} />
        <div class="bands">
          {clusterMetrics(catalogue.value, CLUSTER_CHARTS).map((metric) => (
            <BandChart
              key={metric.name}
              metric={metric}
              height={CHART_HEIGHT}
              hosts={chosenNames}
            />
          ))}
        </div>
        <SparklineWall
          hosts={chosen}
          lens={lens}
          values={values}
          domain={domain}
          isSelection={selected.size > 0}
        />
      </div>
    </>
  );
}

/** Hosts that pass the filter of the URL. */
function useShownHosts(query: URLSearchParams): readonly HostSummary[] {
  const pattern = query.get('name') ?? '';
  const hidesDown = query.get('down') === 'hide';
  return useMemo(() => {
    const takes = namePattern(pattern);
    return hosts.value.filter((host) => takes(host.name) && !(hidesDown && host.state !== 'up'));
  }, [hosts.value, pattern, hidesDown]);
}

/** Values live as long as the lenses stay the same. */
function useHostValues(lens: Lens, tops: readonly Lens[]): HostValues {
  const identity = [lens, ...tops].map(({ id }) => id).join();
  const values = useMemo(() => new HostValues(lens, tops), [identity]);
  useEffect(() => () => values.close(), [values]);
  return values;
}

/** Follows the values; the page renders again only when the bounds change. */
function useDomain(lens: Lens, values: HostValues, shown: readonly HostSummary[]): Domain {
  const domain = useSignal<Domain>(domainOf([], lens.units));
  useEffect(() => {
    domain.value = domainOf([], lens.units);
    return effect(() => {
      void values.version.value;
      const known = shown.map((host) => values.value(lens, host.name));
      domain.value = domainOf(known, lens.units, domain.peek());
    });
  }, [lens, values, shown]);
  return domain.value;
}

/** One name per line: a text stays equal from poll to poll, a set would draw the page again. */
function installingNames(): string {
  const nodes = machines.value.kind === 'loaded' ? machines.value.value : [];
  return nodes
    .filter((node) => INSTALLING.includes(node.state))
    .map((node) => node.name)
    .join('\n');
}

function worstSeverities(): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  for (const { state, severity, labels } of alerts.value) {
    const host = labels['host'];
    if (host === undefined || state !== 'firing') continue;
    if (severity === 'critical' || !worst.has(host)) worst.set(host, severity);
  }
  return worst;
}
