import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Histogram, HostState, IngestStatus, StoreStatus } from '../../wire/http.ts';
import type { HostTable } from '../hosts/host-table.ts';
import type { SampleStore } from '../store/sample-store.ts';
import type { Family, FamilySample } from './exposition.ts';

export interface OwnMetricsPorts {
  readonly version: string;
  readonly startedMs: number;
  readonly hosts: Pick<HostTable, 'list' | 'ingest' | 'second'>;
  readonly store: Pick<SampleStore, 'status'>;
  liveConnections(): number;
}

const MICRO = 1e-6;
const NANO = 1e-9;

/** The collector about itself, for `/metrics`. Names and units follow Prometheus' conventions. */
export class OwnMetrics {
  readonly #ports: OwnMetricsPorts;
  /** Since the last scrape. */
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 20 });

  constructor(ports: OwnMetricsPorts) {
    this.#ports = ports;
    this.#loopDelay.enable();
  }

  families(): Family[] {
    const { version, hosts, store, liveConnections } = this.#ports;
    return [
      gauge('clustermon_build_info', 'Version of the collector.', {
        labels: { version },
        value: 1,
      }),
      gauge('clustermon_hosts', 'Hosts by state.', ...hostCounts(hosts)),
      gauge('clustermon_newest_second', 'The newest second whose samples are in, Unix time.', {
        value: hosts.second,
      }),
      gauge('clustermon_live_connections', 'Pages that follow the live stream.', {
        value: liveConnections(),
      }),
      ...ingestFamilies(hosts.ingest),
      ...storeFamilies(store.status()),
      ...this.#processFamilies(),
    ];
  }

  close(): void {
    this.#loopDelay.disable();
  }

  #processFamilies(): Family[] {
    const { user, system } = process.cpuUsage();
    const delaySeconds = this.#loopDelay.percentile(99) * NANO;
    this.#loopDelay.reset();
    return [
      counter('process_cpu_seconds_total', 'CPU time of all threads of the collector.', {
        value: (user + system) * MICRO,
      }),
      gauge('process_resident_memory_bytes', 'Resident memory of the collector.', {
        value: process.memoryUsage.rss(),
      }),
      gauge('process_start_time_seconds', 'Start of the collector, Unix time.', {
        value: this.#ports.startedMs / 1000,
      }),
      gauge(
        'clustermon_main_thread_delay_seconds',
        '99th percentile of how late the main thread ran its tasks since the last scrape.',
        { value: delaySeconds },
      ),
    ];
  }
}

function ingestFamilies(ingest: IngestStatus): Family[] {
  const rejected = Object.entries(ingest.rejected).map(([reason, value]) => ({
    labels: { reason },
    value,
  }));
  return [
    counter('clustermon_datagrams_total', 'Datagrams accepted.', { value: ingest.datagrams }),
    counter('clustermon_samples_total', 'Samples accepted.', { value: ingest.samples }),
    counter('clustermon_backfilled_samples_total', "Samples from agents' history.", {
      value: ingest.backfilled,
    }),
    counter('clustermon_datagrams_rejected_total', 'Datagrams not accepted.', ...rejected),
    counter('clustermon_kernel_drops_total', 'Datagrams that the kernel dropped.', {
      value: ingest.kernelDrops,
    }),
    gauge('clustermon_gap_samples', 'Samples that are missing and asked for.', {
      value: ingest.gaps,
    }),
    histogram(
      'clustermon_ingest_lag_seconds',
      'How long after the begin of their second datagrams of samples were taken in.',
      ingest.lagSeconds,
    ),
  ];
}

function storeFamilies({ fileBytes, plannedBytes, writable }: StoreStatus): Family[] {
  return [
    gauge('clustermon_store_bytes', 'Size of the archives on disk.', { value: fileBytes }),
    gauge('clustermon_store_planned_bytes', 'Size that they will grow to.', {
      value: plannedBytes,
    }),
    gauge('clustermon_store_writable', '0 while the disk is full or failing.', {
      value: Number(writable),
    }),
  ];
}

function hostCounts(hosts: Pick<HostTable, 'list'>): FamilySample[] {
  const counts: Record<HostState, number> = { up: 0, down: 0, stopped: 0 };
  for (const { state } of hosts.list()) counts[state] += 1;
  return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
}

function gauge(name: string, help: string, ...samples: FamilySample[]): Family {
  return { name, type: 'gauge', help, samples };
}

function histogram(name: string, help: string, { bounds, counts, sum }: Histogram): Family {
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return { suffix: '_bucket', labels: { le: String(bounds[index] ?? '+Inf') }, value: below };
  });
  const totals = [
    { suffix: '_sum', value: sum },
    { suffix: '_count', value: below },
  ];
  return { name, type: 'histogram', help, samples: [...buckets, ...totals] };
}

function counter(name: string, help: string, ...samples: FamilySample[]): Family {
  return { name, type: 'counter', help, samples };
}
