import { round2 } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';

/** Load over 1, 5 and 15 minutes; threads that run or want to; threads. */
export interface Load {
  one: number;
  five: number;
  fifteen: number;
  running: number;
  total: number;
}

/** Source: proc_loadavg(5): `0.15 0.10 0.09 1/98 10753`. */
export function parseLoad(text: Text, scanner: Scanner, into: Load): void {
  scanner.start(text);
  into.one = scanner.number();
  into.five = scanner.number();
  into.fifteen = scanner.number();
  into.running = scanner.number();
  scanner.position += 1; // the slash
  into.total = scanner.number();
}

const SPECS: readonly SeriesSpec[] = [
  { name: 'load_one', group: 'load', title: 'One minute load average' },
  { name: 'load_five', group: 'load', title: 'Five minute load average' },
  { name: 'load_fifteen', group: 'load', title: 'Fifteen minute load average' },
  {
    name: 'proc_run',
    group: 'process',
    title: 'Running processes',
    description: 'threads that run or wait for a CPU, without the agent itself',
    type: 'uint',
  },
  {
    name: 'proc_total',
    group: 'process',
    title: 'Total processes',
    description: 'threads of all processes',
    type: 'uint',
  },
];

/** Load average and count of processes from /proc/loadavg. */
export function loadSource({ proc, reader, table }: SourcePorts): Source {
  const file = new KeptFile(`${proc}/loadavg`, reader);
  const scanner = new Scanner();
  const load: Load = { one: 0, five: 0, fifteen: 0, running: 0, total: 0 };
  const [one, five, fifteen, running, total] = SPECS.map((spec) => table.add(spec));

  function read(): void {
    parseLoad(file.read(), scanner, load);
    const { numbers } = table;
    numbers[one!] = round2(load.one);
    numbers[five!] = round2(load.five);
    numbers[fifteen!] = round2(load.fifteen);
    // Whoever reads the file runs: Ganglia takes itself out, and so do we.
    numbers[running!] = Math.max(0, load.running - 1);
    numbers[total!] = load.total;
  }

  return { name: 'load', everySeconds: 1, read, close: () => file.close() };
}
