import { KeyedNumbers } from '../keyed.ts';
import { Elapsed } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile } from '../text.ts';

/** The kernel adds up 190 counters over all CPUs for this file. */
const EVERY_SECONDS = 2;

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

/** Paging and swapping as vmstat(8) shows them, and what the kernel killed for memory, from /proc/vmstat. */
export function pagingSource({ proc, reader, table, monotonicMs }: SourcePorts): Source {
  const file = new KeptFile(`${proc}/vmstat`, reader);
  const counters = new KeyedNumbers([...COUNTERS.map(({ key }) => `${key} `), `${OOM_KEY} `]);
  const rates = new SeriesGroup(
    table,
    COUNTERS.map(({ key: _, ...spec }) => spec),
  );
  const kills = new SeriesGroup(table, [OOM_KILLS]);
  const elapsed = new Elapsed(monotonicMs);

  function read(): void {
    counters.parse(file.read());
    const seconds = elapsed.next();
    for (let index = 0; index < COUNTERS.length; index += 1) {
      rates.counter(index, counters.values[index]!, seconds, 10);
    }
    kills.gauge(0, counters.values[COUNTERS.length]!);
  }

  return { name: 'paging', everySeconds: EVERY_SECONDS, read, close: () => file.close() };
}
