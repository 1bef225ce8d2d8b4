import type { FastifyInstance } from 'fastify';
import type { HostTable } from '../../hosts/host-table.ts';
import { nativeMetadata, nodeMetadata } from '../../names/metadata.ts';
import { type MetricMetadata, registerPrometheusApi } from '../../query/http.ts';
import { type RecordedSource, recordedFor } from '../../query-worker/recorded.ts';
import type { MetricCatalogue } from '../metric-catalogue.ts';
import type { QueryRunner } from '../ports.ts';

export interface PrometheusPorts {
  readonly version: string;
  readonly startedMs: number;
  readonly hosts: HostTable;
  readonly queries: QueryRunner;
  readonly catalogue: MetricCatalogue;
  /** Series that rules make. */
  readonly recorded: RecordedSource;
}

/** What clients take us for: the Prometheus whose API this is. Grafana asks for nothing that came later. */
const PROMETHEUS_VERSION = '3.5.0';

/** Prometheus' query API over all hosts; the query threads answer. */
export function prometheusRoutes(app: FastifyInstance, ports: PrometheusPorts): void {
  registerPrometheusApi(app, {
    run: ({ path, params }, signal) => {
      const recorded = recordedFor(
        [...params.getAll('query'), ...params.getAll('match[]')],
        ports.recorded,
      );
      return ports.queries.run(
        { kind: 'prometheus', path, params: params.toString(), recorded },
        signal,
      );
    },
    metadata: () => metadataOf(ports.catalogue),
    documents: documentsOf(ports),
  });
}

function metadataOf(catalogue: MetricCatalogue): Record<string, readonly MetricMetadata[]> {
  const natives = nativeMetadata(catalogue.list());
  return { ...nodeMetadata(natives), ...natives };
}

function documentsOf(ports: PrometheusPorts): ReadonlyMap<string, () => unknown> {
  return new Map<string, () => unknown>([
    ['status/buildinfo', () => buildInfo(ports)],
    ['status/runtimeinfo', () => runtimeInfo(ports)],
    ['status/config', () => ({ yaml: '' })],
    ['status/flags', () => ({})],
    ['status/tsdb', () => headStats(ports)],
    ['targets', () => targets(ports)],
    ['alertmanagers', () => ({ activeAlertmanagers: [], droppedAlertmanagers: [] })],
  ]);
}

function buildInfo({ version }: PrometheusPorts) {
  return {
    version: PROMETHEUS_VERSION,
    revision: `clustermon-${version}`,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  };
}

function runtimeInfo({ startedMs }: PrometheusPorts) {
  return { startTime: new Date(startedMs).toISOString(), CWD: '', reloadConfigSuccess: true };
}

function headStats({ hosts }: PrometheusPorts) {
  const numSeries = hosts.list().reduce((sum, { series }) => sum + series.length, 0);
  return {
    headStats: { numSeries, maxTime: hosts.second * 1000 },
    seriesCountByMetricName: [],
    labelValueCountByLabelName: [],
    memoryInBytesByLabelName: [],
    seriesCountByLabelValuePair: [],
  };
}

/** Hosts send by themselves; they are shown as Prometheus shows what it scrapes. */
function targets({ hosts }: PrometheusPorts) {
  const activeTargets = hosts.list().map(({ name, state, labels, address, lastSeenMs }) => ({
    discoveredLabels: {},
    labels: { ...labels, host: name },
    scrapePool: 'clustermon',
    scrapeUrl: `udp://${address}`,
    globalUrl: `udp://${address}`,
    lastError: state === 'up' ? '' : `the host is ${state}`,
    lastScrape: new Date(lastSeenMs).toISOString(),
    lastScrapeDuration: 0,
    health: state === 'up' ? 'up' : 'down',
    scrapeInterval: '1s',
    scrapeTimeout: '1s',
  }));
  return { activeTargets, droppedTargets: [], droppedTargetCounts: {} };
}
