import { KeyedNumbers } from '../keyed.ts';
import { Elapsed, rate, round1 } from '../rate.ts';
import { type Row, Rows } from '../rows.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';

/** Columns of a `cpu` line. proc_stat(5); guest times are part of user and nice. */
const USER = 0;
const NICE = 1;
const SYSTEM = 2;
const IDLE = 3;
const WAIT = 4;
const INTERRUPT = 5;
const SOFT_INTERRUPT = 6;
const STEAL = 7;
const COLUMNS = 8;

const LETTER_C = 0x63;

/** Reads the lines `cpu` and `cpuN` of /proc/stat, in ticks. Source: proc_stat(5). */
export function parseCpuLines(text: Text, scanner: Scanner, rows: Rows): void {
  rows.begin();
  scanner.start(text);
  while (scanner.byte === LETTER_C) {
    const from = scanner.position;
    scanner.skipWord();
    const row = rows.next(text.bytes, from, scanner.position);
    // Kernels before 2.6.11 lack the last columns: what is missing counts as 0.
    for (let column = 0; column < COLUMNS; column += 1) row.now[column] = scanner.number() || 0;
    scanner.skipLine();
    if (text.bytes[scanner.position + 1] !== 0x70) break; // "cp"; "ctxt" starts with a c too
  }
  rows.end();
}

const COUNTER_KEYS = ['intr ', 'ctxt ', 'processes ', 'procs_blocked '];
/** Not a counter, but a line among them. */
const PROCESSES_BLOCKED = 3;

const PERCENTAGES: readonly SeriesSpec[] = [
  percentage('cpu_user', 'CPU user', 'time in user mode'),
  percentage('cpu_nice', 'CPU nice', 'time in user mode at low priority'),
  percentage('cpu_system', 'CPU system', 'time in the kernel, interrupts included'),
  percentage('cpu_idle', 'CPU idle', 'idle time without outstanding disk I/O'),
  percentage('cpu_wio', 'CPU wio', 'idle time with outstanding disk I/O'),
  percentage('cpu_intr', 'CPU intr', 'time in interrupts; part of cpu_system'),
  percentage('cpu_sintr', 'CPU sintr', 'time in soft interrupts; part of cpu_system'),
  percentage('cpu_steal', 'CPU steal', 'time that the hypervisor gave to others'),
  percentage('cpu_aidle', 'CPU aidle', 'idle time since boot'),
];
const AIDLE = 8;

function percentage(name: string, title: string, description: string): SeriesSpec {
  return { name, group: 'cpu', title, description, units: '%' };
}

const RATES: readonly SeriesSpec[] = [
  { name: 'interrupts', group: 'cpu', title: 'Interrupts', units: 'interrupts/sec' },
  { name: 'context_switches', group: 'cpu', title: 'Context switches', units: 'switches/sec' },
  { name: 'proc_forks', group: 'process', title: 'Processes started', units: 'processes/sec' },
];

const COUNT: SeriesSpec = {
  name: 'cpu_num',
  group: 'cpu',
  title: 'CPU count',
  units: 'CPUs',
  type: 'uint',
  slope: 'zero',
  tmax: 1200,
};

const SPEED: SeriesSpec = {
  name: 'cpu_speed',
  group: 'cpu',
  title: 'CPU speed',
  units: 'MHz',
  type: 'uint',
  slope: 'zero',
  tmax: 1200,
};

const BLOCKED: SeriesSpec = {
  name: 'proc_blocked',
  group: 'process',
  title: 'Blocked processes',
  description: 'threads that wait for disks, as vmstat(8) shows them',
  type: 'uint',
};

/** MHz, as Ganglia has it: the highest that the governor may choose, or what /proc/cpuinfo says. NaN where nobody tells. */
export function readSpeed({ proc, sys, reader }: SourcePorts): number {
  const first = (path: string, word: Buffer, perMhz: number) => {
    try {
      const scanner = new Scanner();
      scanner.start(reader.readOnce(path));
      if (word.length > 0 && !scanner.find(word)) return Number.NaN;
      return Math.round(scanner.number() / perMhz);
    } catch {
      return Number.NaN;
    }
  };
  const governed = `${sys}/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq`;
  const speed = first(governed, Buffer.alloc(0), 1000);
  return Number.isNaN(speed) ? first(`${proc}/cpuinfo`, Buffer.from('cpu MHz\t\t: '), 1) : speed;
}

function coreSpec(cpu: string): SeriesSpec {
  return {
    ...percentage('cpu_busy', 'CPU busy', 'time not idle'),
    labels: { cpu: cpu.slice('cpu'.length) },
  };
}

/** CPU time, interrupts, context switches and blocked processes from /proc/stat. */
export function cpuSource(ports: SourcePorts, { perCore }: { perCore: boolean }): Source {
  const { table } = ports;
  const file = new KeptFile(`${ports.proc}/stat`, ports.reader);
  const scanner = new Scanner();
  const elapsed = new Elapsed(ports.monotonicMs);
  const counters = new KeyedNumbers(COUNTER_KEYS);
  const countersBefore = new Float64Array(COUNTER_KEYS.length).fill(Number.NaN);
  const gauges = new SeriesGroup(table, [COUNT, SPEED, BLOCKED]);
  const speed = readSpeed(ports);
  const percentages = PERCENTAGES.map((spec) => table.add(spec));
  const rates = RATES.map((spec) => table.add(spec));
  const rows = new Rows(COLUMNS, {
    appear: (name) => {
      if (name === 'cpu') return percentages;
      return perCore ? [table.add(coreSpec(name))] : [];
    },
    vanish(row) {
      for (const index of row.series) table.remove(index);
    },
  });

  function showTotal({ now, before }: Row): void {
    const total = ticks(now) - ticks(before);
    const { numbers } = table;
    for (let column = 0; column < COLUMNS; column += 1) {
      numbers[percentages[column]!] = share(now[column]! - before[column]!, total);
    }
    const inInterrupts = now[INTERRUPT]! + now[SOFT_INTERRUPT]!;
    const inInterruptsBefore = before[INTERRUPT]! + before[SOFT_INTERRUPT]!;
    const inSystem = now[SYSTEM]! + inInterrupts - before[SYSTEM]! - inInterruptsBefore;
    numbers[percentages[SYSTEM]!] = share(inSystem, total);
    numbers[percentages[AIDLE]!] = share(now[IDLE]!, ticks(now));
  }

  function read(): void {
    const text = file.read();
    const seconds = elapsed.next();
    parseCpuLines(text, scanner, rows);
    counters.parse(text);
    let cores = 0;
    for (const row of rows.all) {
      if (row.series === percentages) {
        showTotal(row);
        continue;
      }
      cores += 1;
      if (row.series.length > 0) table.numbers[row.series[0]!] = busy(row);
    }
    gauges.gauge(0, cores);
    gauges.gauge(1, speed);
    gauges.gauge(2, counters.values[PROCESSES_BLOCKED]!);
    for (let index = 0; index < rates.length; index += 1) {
      const value = rate(counters.values[index]!, countersBefore[index]!, seconds);
      table.numbers[rates[index]!] = Math.round(value);
    }
    countersBefore.set(counters.values);
  }

  return { name: 'cpu', everySeconds: 1, read, close: () => file.close() };
}

function ticks(columns: Float64Array): number {
  return (
    columns[USER]! +
    columns[NICE]! +
    columns[SYSTEM]! +
    columns[IDLE]! +
    columns[WAIT]! +
    columns[INTERRUPT]! +
    columns[SOFT_INTERRUPT]! +
    columns[STEAL]!
  );
}

/** Percent, 0 to 100: idle and wait times of one CPU may go back a little (proc_stat(5)). */
function share(part: number, total: number): number {
  if (!(total > 0)) return Number.NaN;
  return round1(Math.min(100, Math.max(0, (100 * part) / total)));
}

function busy({ now, before }: Row): number {
  const total = ticks(now) - ticks(before);
  const idle = now[IDLE]! + now[WAIT]! - before[IDLE]! - before[WAIT]!;
  return share(total - idle, total);
}
