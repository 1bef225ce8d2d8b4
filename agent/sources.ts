import { join } from 'node:path';
import type { OpenSource } from './sampler.ts';
import { type SeriesTable, SourceTable } from './series.ts';
import type { AgentSettings } from './settings.ts';
import type { Source, SourcePorts } from './source.ts';
import { cpuSource } from './sources/cpu.ts';
import { diskSource } from './sources/disk.ts';
import { loadSource } from './sources/load.ts';
import { memorySource } from './sources/memory.ts';
import { networkSource } from './sources/network.ts';
import { FileReader } from './text.ts';

/** Every source of the agent, in the order in which they are read and their series are listed. */
export function openSources(
  settings: AgentSettings,
  { root, table, monotonicMs }: { root: string; table: SeriesTable; monotonicMs: () => number },
): OpenSource[] {
  const shared = {
    proc: join(root, 'proc'),
    sys: join(root, 'sys'),
    reader: new FileReader(),
    monotonicMs,
  };
  const open = (source: (ports: SourcePorts) => Source): OpenSource => {
    const own = new SourceTable(table);
    return { source: source({ ...shared, table: own }), table: own };
  };
  return [
    open((ports) => cpuSource(ports, { perCore: settings.perCore })),
    open(loadSource),
    open(memorySource),
    open(diskSource),
    open((ports) => networkSource(ports, { isIgnored: matcher(settings.ignoredInterfaces) })),
  ];
}

/** @returns whether a name is one of the patterns, in which `*` stands for any letters */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const escaped = patterns.map((pattern) =>
    pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'),
  );
  const expression = new RegExp(`^(?:${escaped.join('|')})$`);
  return (name) => patterns.length > 0 && expression.test(name);
}
