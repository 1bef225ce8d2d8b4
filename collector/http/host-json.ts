import type { HostDetail, HostSummary, SeriesInfo, TextValue } from '../../wire/http.ts';
import type { LiveHost, LiveSeries } from '../hosts/host-table.ts';

export function hostSummary(host: LiveHost): HostSummary {
  return {
    id: host.id,
    number: host.number,
    name: host.name,
    state: host.state,
    address: host.address,
    labels: host.labels,
    firstSeenMs: host.firstSeenMs,
    lastSeenMs: host.lastSeenMs,
    clockOffsetMs: host.clockOffsetMs,
    seriesCount: host.series.length,
  };
}

export function hostDetail(host: LiveHost, nowMs: number): HostDetail {
  return {
    ...hostSummary(host),
    nowMs,
    facts: host.facts,
    bootMs: host.bootMs,
    series: host.series.map(seriesInfo),
  };
}

/** Newest values of a metric of texts on every host that has one. */
export function textValues(hosts: readonly LiveHost[], metric: string): TextValue[] {
  const values: TextValue[] = [];
  for (const host of hosts) {
    for (const series of host.series) {
      if (series.metric.name !== metric) continue;
      const value = series.text();
      const labels = { ...host.labels, ...series.metric.labels };
      if (value !== undefined) values.push({ host: host.name, labels, value });
    }
  }
  return values;
}

function seriesInfo(series: LiveSeries): SeriesInfo {
  const { name, ...metric } = series.metric;
  return {
    key: series.key,
    metric: name,
    ...metric,
    value: currentValue(series),
    timeMs: series.timeMs() ?? null,
  };
}

function currentValue(series: LiveSeries): number | string | null {
  if (series.metric.type === 'string') return series.text() ?? null;
  const value = series.value();
  return Number.isNaN(value) ? null : value;
}
