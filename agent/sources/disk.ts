import { existsSync } from 'node:fs';
import { Elapsed, rate, round1, round2 } from '../rate.ts';
import { type Row, Rows } from '../rows.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';

/** Columns of a line of /proc/diskstats after the name. Source: Documentation/admin-guide/iostats.rst, fields 1 to 11. */
const READS = 0;
const SECTORS_READ = 2;
const READ_MS = 3;
const WRITES = 4;
const SECTORS_WRITTEN = 6;
const WRITE_MS = 7;
const BUSY_MS = 9;
const WEIGHTED_MS = 10;
const COLUMNS = 11;

/** Sectors of the kernel's counters have this size, whatever the disk's own is. */
const SECTOR_BYTES = 512;

/** Reads all lines: major, minor, name, then the counters. */
export function parseDiskstats(text: Text, scanner: Scanner, rows: Rows): void {
  rows.begin();
  scanner.start(text);
  for (; !scanner.atEnd; scanner.skipLine()) {
    scanner.number();
    scanner.number();
    scanner.skipBlanks();
    const from = scanner.position;
    scanner.skipWord();
    const row = rows.next(text.bytes, from, scanner.position);
    if (row.series.length === 0) continue;
    for (let column = 0; column < COLUMNS; column += 1) row.now[column] = scanner.number();
  }
  rows.end();
}

const SPECS: readonly SeriesSpec[] = [
  disk('disk_read_bytes', 'Disk read', 'bytes/sec'),
  disk('disk_write_bytes', 'Disk written', 'bytes/sec'),
  disk('disk_reads', 'Disk reads', 'operations/sec'),
  disk('disk_writes', 'Disk writes', 'operations/sec'),
  disk('disk_await', 'Time for one operation', 'ms', 'mean, waiting in the queue included'),
  disk('disk_read_await', 'Time for one read', 'ms', 'mean, waiting in the queue included'),
  disk('disk_write_await', 'Time for one write', 'ms', 'mean, waiting in the queue included'),
  disk('disk_queue', 'Disk queue', 'operations', 'mean count of operations under way'),
  disk('disk_util', 'Disk utilisation', '%', 'time with at least one operation under way'),
];

function disk(name: string, title: string, units: string, description = ''): SeriesSpec {
  return { name, group: 'disk', title, units, description };
}

/** Memory, files and drives without a medium that look like disks. */
export const NOT_DISKS = /^(loop|ram|zram|fd|sr|nbd)\d/;

/** Whole disks have a folder of their own in /sys/block, partitions do not. */
function isDisk(sys: string, name: string): boolean {
  return !NOT_DISKS.test(name) && existsSync(`${sys}/block/${name.replaceAll('/', '!')}`);
}

/** Traffic, response times and use of whole disks from /proc/diskstats, as iostat(1) computes them. */
export function diskSource({ proc, sys, reader, table, monotonicMs }: SourcePorts): Source {
  const file = new KeptFile(`${proc}/diskstats`, reader);
  const scanner = new Scanner();
  const elapsed = new Elapsed(monotonicMs);
  const rows = new Rows(COLUMNS, {
    appear: (name) =>
      isDisk(sys, name)
        ? SPECS.map((spec) => table.add({ ...spec, labels: { device: name } }))
        : [],
    vanish(row) {
      for (const index of row.series) table.remove(index);
    },
  });

  function show({ now, before, series }: Row, seconds: number): void {
    const { numbers } = table;
    const reads = rate(now[READS]!, before[READS]!, 1);
    const writes = rate(now[WRITES]!, before[WRITES]!, 1);
    const readMs = rate(now[READ_MS]!, before[READ_MS]!, 1);
    const writeMs = rate(now[WRITE_MS]!, before[WRITE_MS]!, 1);
    const readSectors = rate(now[SECTORS_READ]!, before[SECTORS_READ]!, seconds);
    const writtenSectors = rate(now[SECTORS_WRITTEN]!, before[SECTORS_WRITTEN]!, seconds);
    const queue = rate(now[WEIGHTED_MS]!, before[WEIGHTED_MS]!, seconds) / 1000;
    const busyShare = rate(now[BUSY_MS]!, before[BUSY_MS]!, seconds) / 1000;
    numbers[series[0]!] = Math.round(readSectors * SECTOR_BYTES);
    numbers[series[1]!] = Math.round(writtenSectors * SECTOR_BYTES);
    numbers[series[2]!] = round1(reads / seconds);
    numbers[series[3]!] = round1(writes / seconds);
    numbers[series[4]!] = mean(readMs + writeMs, reads + writes);
    numbers[series[5]!] = mean(readMs, reads);
    numbers[series[6]!] = mean(writeMs, writes);
    numbers[series[7]!] = round2(queue);
    numbers[series[8]!] = round1(Math.min(1, busyShare) * 100);
  }

  function read(): void {
    parseDiskstats(file.read(), scanner, rows);
    const seconds = elapsed.next();
    for (const row of rows.all) if (row.series.length > 0) show(row, seconds);
  }

  return { name: 'disk', everySeconds: 1, read, close: () => file.close() };
}

/** Milliseconds per operation; 0 when there were none, as iostat(1) shows it. */
function mean(totalMs: number, operations: number): number {
  return operations === 0 ? 0 : round2(totalMs / operations);
}
