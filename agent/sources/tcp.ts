import { ColumnNumbers } from '../columns.ts';
import { Elapsed } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile } from '../text.ts';

/** The kernel takes longer to write this one file, 150 counters of each CPU, than all others together. */
const EVERY_SECONDS = 5;

/** By prefix and title of /proc/net/netstat. Source: Documentation/networking/snmp_counter.rst. */
const COLUMNS: readonly { readonly key: string; readonly spec: SeriesSpec }[] = [
  column('TcpExt.ListenOverflows', 'tcp_listen_overflows', 'Accept queue full', 'connections/sec'),
  column('TcpExt.ListenDrops', 'tcp_listen_drops', 'TCP connections dropped', 'connections/sec'),
  column('TcpExt.TCPBacklogDrop', 'tcp_backlog_drops', 'Socket backlog full', 'segments/sec'),
  column('TcpExt.TCPTimeouts', 'tcp_timeouts', 'TCP retransmission timeouts', 'timeouts/sec'),
  column('TcpExt.TCPSynRetrans', 'tcp_syn_retransmits', 'TCP SYN sent again', 'segments/sec'),
];

function column(key: string, name: string, title: string, units: string) {
  return { key, spec: { name, group: 'tcp', title, units, tmax: 3 * EVERY_SECONDS } };
}

/** What went wrong in TCP beyond what its MIB counts, from /proc/net/netstat. */
export function tcpSource({ proc, reader, table, monotonicMs }: SourcePorts): Source {
  const file = new KeptFile(`${proc}/net/netstat`, reader);
  const elapsed = new Elapsed(monotonicMs);
  const columns = new ColumnNumbers(COLUMNS.map(({ key }) => key));
  const specs = COLUMNS.map(({ spec }) => spec);
  const rates = new SeriesGroup(table, specs);

  function read(): void {
    columns.parse(file.read());
    const seconds = elapsed.next();
    for (let index = 0; index < specs.length; index += 1) {
      rates.counter(index, columns.values[index]!, seconds, 10);
    }
  }

  return { name: 'tcp', everySeconds: EVERY_SECONDS, read, close: () => file.close() };
}
