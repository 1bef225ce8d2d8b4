import { KeyedNumbers } from '../keyed.ts';
import { Elapsed } from '../rate.ts';
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
const USED_INDEX = AMOUNTS.length;
const OOM_KILLS_INDEX = AMOUNTS.length + 1;

const USED: SeriesSpec = {
  name: 'mem_used',
  group: 'memory',
  title: 'Memory used',
  units: 'KB',
  type: 'double',
  description: 'total without available, as free(1) shows it',
};

interface Counter extends SeriesSpec {
  /** Word of /proc/vmstat. */
  readonly key: string;
}

/** In the order of /proc/vmstat; what vmstat(8) shows of paging and swapping. */
const COUNTERS: readonly Counter[] = [
  { key: 'pgpgin', name: 'page_in', title: 'Paged in from disk', units: 'KB/sec', group: 'memory' },
  {
    key: 'pgpgout',
    name: 'page_out',
    title: 'Paged out to disk',
    units: 'KB/sec',
    group: 'memory',
  },
  { key: 'pswpin', name: 'swap_in', title: 'Swapped in', units: 'pages/sec', group: 'memory' },
  { key: 'pswpout', name: 'swap_out', title: 'Swapped out', units: 'pages/sec', group: 'memory' },
  {
    key: 'pgfault',
    name: 'page_faults',
    title: 'Page faults',
    units: 'faults/sec',
    group: 'memory',
  },
  {
    key: 'pgmajfault',
    name: 'page_faults_major',
    title: 'Page faults that read from disk',
    units: 'faults/sec',
    group: 'memory',
  },
];

const OOM_KEY = 'oom_kill';
const OOM_KILLS: SeriesSpec = {
  name: 'oom_kills',
  group: 'memory',
  title: 'Processes killed for lack of memory',
  description: 'since boot',
  type: 'uint',
  slope: 'positive',
};

/** Memory and swap from /proc/meminfo, paging from /proc/vmstat. */
export function memorySource({ proc, reader, table, monotonicMs }: SourcePorts): Source {
  const meminfo = new KeptFile(`${proc}/meminfo`, reader);
  const vmstat = new KeptFile(`${proc}/vmstat`, reader);
  const amounts = new KeyedNumbers(AMOUNTS.map(({ key }) => `${key}:`));
  const counters = new KeyedNumbers([...COUNTERS.map(({ key }) => `${key} `), `${OOM_KEY} `]);
  const series = new SeriesGroup(table, [...AMOUNTS, USED, OOM_KILLS].map(withoutKey));
  const rates = new SeriesGroup(table, COUNTERS.map(withoutKey));
  const elapsed = new Elapsed(monotonicMs);

  function read(): void {
    amounts.parse(meminfo.read());
    for (let index = 0; index < AMOUNTS.length; index += 1) {
      series.gauge(index, amounts.values[index]!);
    }
    series.gauge(USED_INDEX, amounts.values[TOTAL]! - amounts.values[AVAILABLE]!);
    counters.parse(vmstat.read());
    const seconds = elapsed.next();
    for (let index = 0; index < COUNTERS.length; index += 1) {
      rates.counter(index, counters.values[index]!, seconds, 10);
    }
    series.gauge(OOM_KILLS_INDEX, counters.values[COUNTERS.length]!);
  }

  return {
    name: 'memory',
    everySeconds: 1,
    read,
    close() {
      meminfo.close();
      vmstat.close();
    },
  };
}

function withoutKey({ key: _, ...spec }: SeriesSpec & { readonly key?: string }): SeriesSpec {
  return spec;
}
