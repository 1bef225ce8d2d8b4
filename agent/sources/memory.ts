import { KeyedNumbers } from '../keyed.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile } from '../text.ts';

interface Amount extends SeriesSpec {
  /** Word of /proc/meminfo; the value is in KiB, which the kernel and Ganglia call kB and KB. */
  readonly key: string;
}

/** In the order of proc_meminfo(5). */
const AMOUNTS: readonly Amount[] = [
  amount('MemTotal', 'mem_total', 'Memory total', { slope: 'zero' }),
  amount('MemFree', 'mem_free', 'Memory free'),
  amount('MemAvailable', 'mem_available', 'Memory available', {
    description: 'what programs can get without swapping',
  }),
  amount('Buffers', 'mem_buffers', 'Memory buffers'),
  amount('Cached', 'mem_cached', 'Memory cached'),
  amount('SwapCached', 'swap_cached', 'Swap cached'),
  amount('Active', 'mem_active', 'Memory active'),
  amount('Inactive', 'mem_inactive', 'Memory inactive'),
  amount('Unevictable', 'mem_unevictable', 'Memory unevictable'),
  amount('SwapTotal', 'swap_total', 'Swap total', { slope: 'zero' }),
  amount('SwapFree', 'swap_free', 'Swap free'),
  amount('Dirty', 'mem_dirty', 'Memory dirty', { description: 'waits to be written to disk' }),
  amount('Writeback', 'mem_writeback', 'Memory in write-back'),
  amount('AnonPages', 'mem_anonymous', 'Memory of programs'),
  amount('Mapped', 'mem_mapped', 'Memory mapped from files'),
  amount('Shmem', 'mem_shared', 'Memory shared', { description: 'shared memory and tmpfs' }),
  amount('Slab', 'mem_slab', 'Memory of kernel objects'),
  amount('SReclaimable', 'mem_sreclaimable', 'Memory of kernel objects, reclaimable'),
  amount('KernelStack', 'mem_kernel_stack', 'Memory of kernel stacks'),
  amount('PageTables', 'mem_page_tables', 'Memory of page tables'),
  amount('CommitLimit', 'mem_commit_limit', 'Memory commit limit'),
  amount('Committed_AS', 'mem_committed', 'Memory committed'),
  amount('HardwareCorrupted', 'mem_corrupted', 'Memory taken out for hardware errors'),
];

function amount(key: string, name: string, title: string, more: Partial<SeriesSpec> = {}): Amount {
  return { key, name, title, group: 'memory', units: 'KB', type: 'double', ...more };
}

const TOTAL = AMOUNTS.findIndex(({ name }) => name === 'mem_total');
const AVAILABLE = AMOUNTS.findIndex(({ name }) => name === 'mem_available');
const SWAP_TOTAL = AMOUNTS.findIndex(({ name }) => name === 'swap_total');
const SWAP_FREE = AMOUNTS.findIndex(({ name }) => name === 'swap_free');
const USED_INDEX = AMOUNTS.length;
const SWAP_USED_INDEX = USED_INDEX + 1;

const DIFFERENCES: readonly SeriesSpec[] = [
  difference('mem_used', 'Memory used', 'total without available, as free(1) shows it'),
  difference('swap_used', 'Swap used', 'total without free, as free(1) and vmstat(8) show it'),
];

function difference(name: string, title: string, description: string): SeriesSpec {
  return { name, title, description, group: 'memory', units: 'KB', type: 'double' };
}

/** Memory and swap from /proc/meminfo. */
export function memorySource({ proc, reader, table }: SourcePorts): Source {
  const file = new KeptFile(`${proc}/meminfo`, reader);
  const amounts = new KeyedNumbers(AMOUNTS.map(({ key }) => `${key}:`));
  const specs = AMOUNTS.map(({ key: _, ...spec }) => spec);
  const series = new SeriesGroup(table, [...specs, ...DIFFERENCES]);

  function read(): void {
    amounts.parse(file.read());
    const { values } = amounts;
    for (let index = 0; index < values.length; index += 1) series.gauge(index, values[index]!);
    series.gauge(USED_INDEX, values[TOTAL]! - values[AVAILABLE]!);
    series.gauge(SWAP_USED_INDEX, values[SWAP_TOTAL]! - values[SWAP_FREE]!);
  }

  return { name: 'memory', everySeconds: 1, read, close: () => file.close() };
}
