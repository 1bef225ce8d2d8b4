import { Elapsed, rate, round2 } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';

/** Microseconds since boot in which some, or all, tasks that had work waited for a resource. */
export interface Stalls {
  some: number;
  full: number;
}

const TOTAL = Buffer.from('total=');

/** Source: Documentation/accounting/psi.rst: two lines `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`. */
export function parsePressure(text: Text, scanner: Scanner, into: Stalls): void {
  scanner.start(text);
  into.some = scanner.find(TOTAL) ? scanner.number() : Number.NaN;
  into.full = scanner.find(TOTAL) ? scanner.number() : Number.NaN;
}

/** For the whole machine `full` has no meaning for the CPU: the one that runs is not stalled. */
const RESOURCES = [
  { resource: 'cpu', specs: [stalled('pressure_cpu', 'Stalled for CPU')] },
  {
    resource: 'memory',
    specs: [
      stalled('pressure_memory', 'Stalled for memory'),
      stalled('pressure_memory_full', 'All stalled for memory'),
    ],
  },
  {
    resource: 'io',
    specs: [
      stalled('pressure_io', 'Stalled for I/O'),
      stalled('pressure_io_full', 'All stalled for I/O'),
    ],
  },
];

function stalled(name: string, title: string): SeriesSpec {
  return { name, title, group: 'pressure', units: '%', description: 'share of the last second' };
}

interface Resource {
  readonly file: KeptFile;
  /** Indexes of `some` and, perhaps, `full`. */
  readonly series: readonly number[];
  readonly now: Stalls;
  readonly before: Stalls;
}

/**
 * Pressure stall information from /proc/pressure: how much of each second work stood still.
 * @returns undefined when the kernel has none (before 4.20, or switched off)
 */
export function pressureSource({
  proc,
  reader,
  table,
  monotonicMs,
}: SourcePorts): Source | undefined {
  const elapsed = new Elapsed(monotonicMs);
  const scanner = new Scanner();
  const resources: Resource[] = RESOURCES.flatMap(({ resource, specs }) => {
    const file = new KeptFile(`${proc}/pressure/${resource}`, reader);
    if (!isReadable(file)) return [];
    const series = specs.map((spec) => table.add(spec));
    const none = { some: Number.NaN, full: Number.NaN };
    return [{ file, series, now: { ...none }, before: { ...none } }];
  });
  if (resources.length === 0) return undefined;

  function read(): void {
    const seconds = elapsed.next();
    for (const { file, series, now, before } of resources) {
      before.some = now.some;
      before.full = now.full;
      parsePressure(file.read(), scanner, now);
      table.numbers[series[0]!] = share(now.some, before.some, seconds);
      if (series.length > 1) table.numbers[series[1]!] = share(now.full, before.full, seconds);
    }
  }

  return {
    name: 'pressure',
    everySeconds: 1,
    read,
    close() {
      for (const { file } of resources) file.close();
    },
  };
}

/** Percent of the time, out of two counts of microseconds. */
function share(now: number, before: number, seconds: number): number {
  return round2(Math.min(100, rate(now, before, seconds) / 10_000));
}

function isReadable(file: KeptFile): boolean {
  try {
    file.read();
    return true;
  } catch {
    return false;
  }
}
