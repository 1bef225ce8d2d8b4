/** The few numbers by which a host is known: made from whichever of the usual metrics it has. */

export interface Kpi {
  readonly title: string;
  readonly units: string;
  /** Keys of the series that `value` takes, in this order; all must exist. */
  readonly keys: readonly string[];
  /** What 100 % of the tile's line is; null = its largest value. */
  readonly max: number | null;
  value(values: readonly number[]): number;
}

const first = ([value]: readonly number[]): number => value!;

const CANDIDATES: readonly Kpi[] = [
  { title: 'CPU busy', units: '%', keys: ['cpu_idle'], max: 100, value: ([idle]) => 100 - idle! },
  { title: 'Load', units: '', keys: ['load_one'], max: null, value: first },
  {
    title: 'Memory',
    units: '%',
    keys: ['mem_available', 'mem_total'],
    max: 100,
    value: ([available, total]) => 100 * (1 - available! / total!),
  },
  {
    title: 'Memory',
    units: '%',
    keys: ['mem_free', 'mem_buffers', 'mem_cached', 'mem_total'],
    max: 100,
    value: ([free, buffers, cached, total]) => 100 * (1 - (free! + buffers! + cached!) / total!),
  },
  { title: 'I/O wait', units: '%', keys: ['cpu_wio'], max: 100, value: first },
  { title: 'Net in', units: 'bytes/sec', keys: ['bytes_in'], max: null, value: first },
  { title: 'Net out', units: 'bytes/sec', keys: ['bytes_out'], max: null, value: first },
  { title: 'Fullest disk', units: '%', keys: ['part_max_used'], max: 100, value: first },
  { title: 'Processes', units: '', keys: ['proc_total'], max: null, value: first },
  { title: 'TCP', units: '', keys: ['tcp_established'], max: null, value: first },
];

/** The first `count` that the host has, one per title. */
export function chooseKpis(keys: ReadonlySet<string>, count: number): Kpi[] {
  const chosen = new Map<string, Kpi>();
  for (const kpi of CANDIDATES)
    if (!chosen.has(kpi.title) && kpi.keys.every((key) => keys.has(key)))
      chosen.set(kpi.title, kpi);
  return [...chosen.values()].slice(0, count);
}
