import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner } from '../text.ts';

const EVERY_SECONDS = 5;
/** systemd raises the limit to 2^63 - 1, which is none. */
const NO_LIMIT = 2 ** 53;

const SPECS: readonly SeriesSpec[] = [
  { name: 'file_handles', group: 'system', title: 'Open files', type: 'uint', tmax: 15 },
  { name: 'file_handles_max', group: 'system', title: 'Most open files', type: 'double', tmax: 15 },
  { name: 'entropy', group: 'system', title: 'Entropy', units: 'bits', type: 'uint', tmax: 15 },
];

/** Stocks of the kernel that change slowly: file handles and entropy. Source: proc_sys_fs(5), random(4). */
export function kernelSource({ proc, reader, table }: SourcePorts): Source {
  const handles = new KeptFile(`${proc}/sys/fs/file-nr`, reader);
  const entropy = new KeptFile(`${proc}/sys/kernel/random/entropy_avail`, reader);
  const scanner = new Scanner();
  const series = new SeriesGroup(table, SPECS);

  function read(): void {
    scanner.start(handles.read());
    series.gauge(0, scanner.number());
    scanner.number(); // unused handles: always 0 since Linux 2.6
    const most = scanner.number();
    series.gauge(1, most < NO_LIMIT ? most : Number.NaN);
    scanner.start(entropy.read());
    series.gauge(2, scanner.number());
  }

  return {
    name: 'kernel',
    everySeconds: EVERY_SECONDS,
    read,
    close() {
      handles.close();
      entropy.close();
    },
  };
}
