import { Elapsed, rate, round1 } from '../rate.ts';
import { type Row, Rows } from '../rows.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';
import { Links } from './links.ts';

/** Columns of /proc/net/dev, received then sent. Source: proc_pid_net(5). */
const BYTES_IN = 0;
const PACKETS_IN = 1;
const ERRORS_IN = 2;
const DROPS_IN = 3;
const BYTES_OUT = 8;
const PACKETS_OUT = 9;
const ERRORS_OUT = 10;
const DROPS_OUT = 11;
const COLUMNS = 12;

const COLON = 0x3a;

/** Reads all interfaces, below two lines of titles: `  eth0: 1234 …`. */
export function parseNetDev(text: Text, scanner: Scanner, rows: Rows): void {
  rows.begin();
  scanner.start(text);
  scanner.skipLine();
  scanner.skipLine();
  for (; !scanner.atEnd; scanner.skipLine()) {
    scanner.skipBlanks();
    const from = scanner.position;
    // The first numbers may stand right behind the colon, and a name may hold colons: the last one in the word ends it.
    scanner.skipWord();
    const at = text.bytes.lastIndexOf(COLON, scanner.position - 1);
    if (at < from) continue;
    scanner.position = at + 1;
    const row = rows.next(text.bytes, from, at);
    for (let column = 0; column < COLUMNS; column += 1) row.now[column] = scanner.number();
  }
  rows.end();
}

const TOTALS: readonly SeriesSpec[] = [
  network('bytes_in', 'Bytes received', 'bytes/sec'),
  network('bytes_out', 'Bytes sent', 'bytes/sec'),
  network('pkts_in', 'Packets received', 'packets/sec'),
  network('pkts_out', 'Packets sent', 'packets/sec'),
];

const PER_INTERFACE: readonly (SeriesSpec & { readonly column: number })[] = [
  { ...network('net_bytes_in', 'Bytes received', 'bytes/sec'), column: BYTES_IN },
  { ...network('net_bytes_out', 'Bytes sent', 'bytes/sec'), column: BYTES_OUT },
  { ...network('net_pkts_in', 'Packets received', 'packets/sec'), column: PACKETS_IN },
  { ...network('net_pkts_out', 'Packets sent', 'packets/sec'), column: PACKETS_OUT },
  { ...network('net_errors_in', 'Receive errors', 'errors/sec'), column: ERRORS_IN },
  { ...network('net_errors_out', 'Send errors', 'errors/sec'), column: ERRORS_OUT },
  { ...network('net_drops_in', 'Received packets dropped', 'drops/sec'), column: DROPS_IN },
  { ...network('net_drops_out', 'Sent packets dropped', 'drops/sec'), column: DROPS_OUT },
];

function network(name: string, title: string, units: string): SeriesSpec {
  return { name, group: 'network', title, units };
}

/** Ganglia's totals leave these out: loopback, and bonds, whose traffic is that of their members. */
const NOT_IN_TOTALS = /^(lo$|bond)/;

export interface NetworkOptions {
  /** True for interfaces that get no series of their own; the totals count them. */
  readonly isIgnored: (name: string) => boolean;
}

/** Traffic of the host and of each interface from /proc/net/dev. */
export function networkSource(ports: SourcePorts, { isIgnored }: NetworkOptions): Source {
  const { table } = ports;
  const file = new KeptFile(`${ports.proc}/net/dev`, ports.reader);
  const scanner = new Scanner();
  const elapsed = new Elapsed(ports.monotonicMs);
  const links = new Links(ports);
  const totals = TOTALS.map((spec) => table.add(spec));
  const totalColumns = [BYTES_IN, BYTES_OUT, PACKETS_IN, PACKETS_OUT];
  const counted = new Set<string>();
  const rows = new Rows(COLUMNS, {
    appear(name) {
      if (!NOT_IN_TOTALS.test(name)) counted.add(name);
      if (isIgnored(name)) return [];
      links.appear(name);
      return PER_INTERFACE.map(({ column: _, ...spec }) =>
        table.add({ ...spec, labels: { device: name } }),
      );
    },
    vanish(row) {
      counted.delete(row.name);
      links.vanish(row.name);
      for (const index of row.series) table.remove(index);
    },
  });

  function show({ now, before, series }: Row, seconds: number): void {
    for (let index = 0; index < series.length; index += 1) {
      const { column } = PER_INTERFACE[index]!;
      const value = rate(now[column]!, before[column]!, seconds);
      table.numbers[series[index]!] =
        column === BYTES_IN || column === BYTES_OUT ? Math.round(value) : round1(value);
    }
  }

  /** Sums what each interface grew by, so that one that comes, goes or resets does not spoil the total. */
  function total(column: number, seconds: number): number {
    let sum = 0;
    for (const { name, now, before } of rows.all) {
      if (counted.has(name)) sum += rate(now[column]!, before[column]!, 1) || 0;
    }
    return sum / seconds;
  }

  function read(): void {
    parseNetDev(file.read(), scanner, rows);
    const seconds = elapsed.next();
    for (const row of rows.all) show(row, seconds);
    for (let index = 0; index < totals.length; index += 1) {
      const value = total(totalColumns[index]!, seconds);
      table.numbers[totals[index]!] = index < 2 ? Math.round(value) : round1(value);
    }
    links.read();
  }

  return { name: 'network', everySeconds: 1, read, close: () => file.close() };
}
