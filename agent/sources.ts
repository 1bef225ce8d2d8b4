import { join } from 'node:path';
import type { Labels } from '../wire/metric.ts';
import { matcher } from './patterns.ts';
import type { OpenSource } from './sampler.ts';
import { type SeriesTable, SourceTable } from './series.ts';
import type { AgentSettings } from './settings.ts';
import type { Source, SourcePorts } from './source.ts';
import { cpuSource } from './sources/cpu.ts';
import { diskSource } from './sources/disk.ts';
import { filesystemSource, type Space } from './sources/filesystem.ts';
import { kernelSource } from './sources/kernel.ts';
import { loadSource } from './sources/load.ts';
import { memorySource } from './sources/memory.ts';
import { networkSource } from './sources/network.ts';
import { pagingSource } from './sources/paging.ts';
import { pressureSource } from './sources/pressure.ts';
import { raidSource } from './sources/raid.ts';
import { selfSource } from './sources/self.ts';
import { sensorsSource } from './sources/sensors.ts';
import { socketsSource } from './sources/sockets.ts';
import { systemSource } from './sources/system.ts';
import { tcpSource } from './sources/tcp.ts';
import { trafficSource } from './sources/traffic.ts';
import { FileReader } from './text.ts';

export interface SourcesPorts {
  /** Root of /proc and /sys. */
  readonly root: string;
  readonly table: SeriesTable;
  readonly monotonicMs: () => number;
  /** Seconds since the epoch at which the agent started. */
  readonly startSeconds: number;
  readonly sendFailures: () => number;
  readonly statfs: (path: string) => Space;
}

/** Every source that this machine has, in the order in which they are read and their series are listed. */
export function openSources(settings: AgentSettings, ports: SourcesPorts): OpenSource[] {
  const shared = {
    proc: join(ports.root, 'proc'),
    sys: join(ports.root, 'sys'),
    reader: new FileReader(),
    monotonicMs: ports.monotonicMs,
  };
  const opened: OpenSource[] = [];
  const open = (make: (ports: SourcePorts) => Source | undefined) => {
    const table = new SourceTable(ports.table);
    const source = make({ ...shared, table });
    if (source) opened.push({ source, table });
  };
  open((own) => systemSource(own, { ...ports, location: locationOf(settings.labels) }));
  open(loadSource);
  open((own) => cpuSource(own, { perCore: settings.perCore }));
  open(memorySource);
  open(pagingSource);
  open((own) => networkSource(own, { isIgnored: matcher(settings.ignoredInterfaces) }));
  open(trafficSource);
  open(socketsSource);
  open(tcpSource);
  open(diskSource);
  open((own) =>
    filesystemSource(own, {
      everySeconds: settings.filesystemSeconds,
      isIgnored: matcher(settings.ignoredMounts),
      statfs: ports.statfs,
    }),
  );
  open(raidSource);
  open(pressureSource);
  open(kernelSource);
  open((own) => sensorsSource(own, { everySeconds: settings.sensorSeconds }));
  open((own) => selfSource(own, ports));
  return opened;
}

/** Ganglia's `location`, rack and place in it. */
function locationOf({ rack, u }: Labels): string {
  if (rack === undefined) return 'unspecified';
  return u === undefined ? rack : `${rack},${u}`;
}
