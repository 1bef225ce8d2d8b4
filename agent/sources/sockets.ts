import { KeyedNumbers } from '../keyed.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';

const EVERY_SECONDS = 5;

/** Sockets as /proc/net/sockstat counts them. */
export interface SocketCounts {
  /** All families. */
  used: number;
  tcp: number;
  orphans: number;
  timeWait: number;
  /** Memory of TCP buffers, in pages. */
  tcpPages: number;
  udp: number;
}

/** Reads `sockets: used N`, `TCP: inuse N orphan N tw N alloc N mem N`, `UDP: inuse N …`; IPv4 only, but for `used`. */
export function parseSockstat(text: Text, scanner: Scanner, into: SocketCounts): void {
  const value = () => {
    scanner.skipBlanks();
    scanner.skipWord();
    return scanner.number();
  };
  scanner.start(text);
  scanner.skipWord();
  into.used = value();
  scanner.skipLine();
  scanner.skipWord();
  into.tcp = value();
  into.orphans = value();
  into.timeWait = value();
  value(); // alloc: those in use and those in TIME_WAIT's shadow
  into.tcpPages = value();
  scanner.skipLine();
  scanner.skipWord();
  into.udp = value();
}

const COUNTS: readonly SeriesSpec[] = [
  count('sockets_used', 'Sockets', 'of all families'),
  count('tcp_sockets', 'TCP sockets', 'in use, IPv4 and IPv6'),
  count('tcp_sockets_orphan', 'TCP sockets without a process', ''),
  count('tcp_sockets_time_wait', 'TCP sockets in TIME_WAIT', ''),
  { ...count('tcp_memory', 'Memory of TCP buffers', ''), units: 'pages' },
  count('udp_sockets', 'UDP sockets', 'in use, IPv4 and IPv6'),
];

function count(name: string, title: string, description: string): SeriesSpec {
  return { name, group: 'sockets', title, description, units: 'sockets', type: 'uint', tmax: 15 };
}

/** Counts of sockets from /proc/net/sockstat and sockstat6. */
export function socketsSource({ proc, reader, table }: SourcePorts): Source {
  const four = new KeptFile(`${proc}/net/sockstat`, reader);
  const six = new KeptFile(`${proc}/net/sockstat6`, reader);
  const scanner = new Scanner();
  const inSix = new KeyedNumbers(['TCP6: inuse ', 'UDP6: inuse ']);
  const counts: SocketCounts = { used: 0, tcp: 0, orphans: 0, timeWait: 0, tcpPages: 0, udp: 0 };
  const series = new SeriesGroup(table, COUNTS);
  /** A kernel without IPv6 has no such file. */
  let hasSix = true;

  function readSix(): void {
    if (!hasSix) return;
    try {
      inSix.parse(six.read());
    } catch {
      hasSix = false;
      inSix.values.fill(0);
    }
  }

  function read(): void {
    parseSockstat(four.read(), scanner, counts);
    readSix();
    series.gauge(0, counts.used);
    series.gauge(1, counts.tcp + inSix.values[0]!);
    series.gauge(2, counts.orphans);
    series.gauge(3, counts.timeWait);
    series.gauge(4, counts.tcpPages);
    series.gauge(5, counts.udp + inSix.values[1]!);
  }

  return {
    name: 'sockets',
    everySeconds: EVERY_SECONDS,
    read,
    close() {
      four.close();
      six.close();
    },
  };
}
