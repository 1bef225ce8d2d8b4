import { ColumnNumbers } from '../columns.ts';
import { KeyedNumbers } from '../keyed.ts';
import { Elapsed } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner, type Text } from '../text.ts';

interface Column {
  /** `Tcp.RetransSegs`: prefix and title of /proc/net/snmp or /proc/net/netstat. Source: RFC 4022, RFC 4113, the kernel's snmp_counter.rst. */
  readonly key: string;
  readonly spec: SeriesSpec;
}

const ESTABLISHED: Column = {
  key: 'Tcp.CurrEstab',
  spec: {
    name: 'tcp_established',
    group: 'tcp',
    title: 'TCP connections',
    units: 'connections',
    type: 'uint',
  },
};

const SNMP: readonly Column[] = [
  tcp('Tcp.ActiveOpens', 'tcp_active_opens', 'TCP connections opened', 'connections/sec'),
  tcp('Tcp.PassiveOpens', 'tcp_passive_opens', 'TCP connections accepted', 'connections/sec'),
  tcp('Tcp.AttemptFails', 'tcp_attempt_fails', 'TCP connections failed', 'connections/sec'),
  tcp('Tcp.EstabResets', 'tcp_resets', 'TCP connections reset', 'connections/sec'),
  tcp('Tcp.InSegs', 'tcp_segments_in', 'TCP segments received', 'segments/sec'),
  tcp('Tcp.OutSegs', 'tcp_segments_out', 'TCP segments sent', 'segments/sec'),
  tcp('Tcp.RetransSegs', 'tcp_retransmits', 'TCP segments sent again', 'segments/sec'),
  tcp('Tcp.InErrs', 'tcp_errors_in', 'Bad TCP segments received', 'segments/sec'),
  tcp('Tcp.OutRsts', 'tcp_resets_out', 'TCP resets sent', 'segments/sec'),
  udp('Udp.InDatagrams', 'udp_datagrams_in', 'UDP datagrams received', 'datagrams/sec'),
  udp('Udp.NoPorts', 'udp_no_ports', 'UDP datagrams that nobody awaited', 'datagrams/sec'),
  udp('Udp.InErrors', 'udp_errors_in', 'UDP datagrams not delivered', 'datagrams/sec'),
  udp('Udp.OutDatagrams', 'udp_datagrams_out', 'UDP datagrams sent', 'datagrams/sec'),
  udp('Udp.RcvbufErrors', 'udp_receive_drops', 'UDP receive buffer full', 'datagrams/sec'),
  udp('Udp.SndbufErrors', 'udp_send_drops', 'UDP send buffer full', 'datagrams/sec'),
];

const NETSTAT: readonly Column[] = [
  tcp('TcpExt.ListenOverflows', 'tcp_listen_overflows', 'Accept queue full', 'connections/sec'),
  tcp('TcpExt.ListenDrops', 'tcp_listen_drops', 'TCP connections dropped', 'connections/sec'),
  tcp('TcpExt.TCPBacklogDrop', 'tcp_backlog_drops', 'Socket backlog full', 'segments/sec'),
  tcp('TcpExt.TCPTimeouts', 'tcp_timeouts', 'TCP retransmission timeouts', 'timeouts/sec'),
  tcp('TcpExt.TCPSynRetrans', 'tcp_syn_retransmits', 'TCP SYN sent again', 'segments/sec'),
];

function tcp(key: string, name: string, title: string, units: string): Column {
  return { key, spec: { name, group: 'tcp', title, units } };
}

function udp(key: string, name: string, title: string, units: string): Column {
  return { key, spec: { name, group: 'udp', title, units } };
}

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
  return { name, group: 'sockets', title, description, units: 'sockets', type: 'uint' };
}

/** TCP and UDP traffic and errors, and counts of sockets, from /proc/net. */
export function socketsSource({ proc, reader, table, monotonicMs }: SourcePorts): Source {
  const file = (name: string) => new KeptFile(`${proc}/net/${name}`, reader);
  const files = {
    snmp: file('snmp'),
    netstat: file('netstat'),
    sockstat: file('sockstat'),
    sockstat6: file('sockstat6'),
  };
  const scanner = new Scanner();
  const elapsed = new Elapsed(monotonicMs);
  const snmp = new ColumnNumbers([...SNMP, ESTABLISHED].map(({ key }) => key));
  const netstat = new ColumnNumbers(NETSTAT.map(({ key }) => key));
  const six = new KeyedNumbers(['TCP6: inuse ', 'UDP6: inuse ']);
  const counts: SocketCounts = { used: 0, tcp: 0, orphans: 0, timeWait: 0, tcpPages: 0, udp: 0 };
  const rates = new SeriesGroup(
    table,
    [...SNMP, ...NETSTAT].map(({ spec }) => spec),
  );
  const gauges = new SeriesGroup(table, [ESTABLISHED.spec, ...COUNTS]);
  /** A kernel without IPv6 has no such file. */
  let hasSix = true;

  function readSix(): void {
    if (!hasSix) return;
    try {
      six.parse(files.sockstat6.read());
    } catch {
      hasSix = false;
      six.values.fill(0);
    }
  }

  function read(): void {
    const seconds = elapsed.next();
    snmp.parse(files.snmp.read());
    for (let index = 0; index < SNMP.length; index += 1) {
      rates.counter(index, snmp.values[index]!, seconds, 10);
    }
    gauges.gauge(0, snmp.values[SNMP.length]!);
    netstat.parse(files.netstat.read());
    for (let index = 0; index < NETSTAT.length; index += 1) {
      rates.counter(SNMP.length + index, netstat.values[index]!, seconds, 10);
    }
    parseSockstat(files.sockstat.read(), scanner, counts);
    readSix();
    gauges.gauge(1, counts.used);
    gauges.gauge(2, counts.tcp + six.values[0]!);
    gauges.gauge(3, counts.orphans);
    gauges.gauge(4, counts.timeWait);
    gauges.gauge(5, counts.tcpPages);
    gauges.gauge(6, counts.udp + six.values[1]!);
  }

  return {
    name: 'sockets',
    everySeconds: 1,
    read,
    close() {
      for (const one of Object.values(files)) one.close();
    },
  };
}
