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
    series: listedSeries(host, nowMs).map(seriesInfo),
  };
}

/** How far back live values reach: a series without any in that time is silent for at least as long. */
const REACH_MS = 180_000;

/** The series of a host without those that are silent for longer than their dmax. */
export function listedSeries(host: LiveHost, nowMs: number): readonly LiveSeries[] {
  return host.series.filter((series) => {
    const { dmax } = series.metric;
    if (dmax === 0 || currentValue(series) !== null) return true;
    return nowMs - (series.timeMs() ?? nowMs - REACH_MS) <= dmax * 1000;
  });
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
