import type { HostTable } from '../hosts/host-table.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import type { Sample } from './evaluate.ts';

/** A machine that is being installed. */
export interface RunningInstall {
  readonly node: string;
  /** When it was last heard of, or its state changed; ms since the epoch. */
  readonly heardMs: number;
}

/**
 * What rules can ask of the appliance itself. The label of a machine in installation is `node`, not `host`: alerts of its host are held.
 */
export function ownSamples(
  { ingest }: Pick<HostTable, 'ingest'>,
  installs: readonly RunningInstall[],
  nowMs: number,
): readonly Sample[] {
  const rejected = Object.values(ingest.rejected).reduce((sum, count) => sum + count, 0);
  return [
    sampleOf('clustermon_kernel_drops_total', ingest.kernelDrops),
    sampleOf('clustermon_datagrams_total', ingest.datagrams),
    sampleOf('clustermon_datagrams_rejected_total', rejected),
    sampleOf('clustermon_gap_samples', ingest.gaps),
    ...installs.map(({ node, heardMs }) =>
      sampleOf('clustermon_install_idle_seconds', (nowMs - heardMs) / 1000, { node }),
    ),
  ];
}

function sampleOf(
  name: string,
  value: number,
  labels: Readonly<Record<string, string>> = {},
): Sample {
  return { labels: Labels.from({ ...labels, [METRIC_NAME]: name }), value };
}
