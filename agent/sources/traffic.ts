import { ColumnNumbers } from '../columns.ts';
import { Elapsed } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import { SeriesGroup } from '../series-group.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile } from '../text.ts';

interface Column {
  /** `Tcp.RetransSegs`: prefix and title of /proc/net/snmp. Source: RFC 4022, RFC 4113. */
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

function tcp(key: string, name: string, title: string, units: string): Column {
  return { key, spec: { name, group: 'tcp', title, units } };
}

function udp(key: string, name: string, title: string, units: string): Column {
  return { key, spec: { name, group: 'udp', title, units } };
}

/** TCP and UDP traffic and errors from /proc/net/snmp. */
export function trafficSource({ proc, reader, table, monotonicMs }: SourcePorts): Source {
  const file = new KeptFile(`${proc}/net/snmp`, reader);
  const elapsed = new Elapsed(monotonicMs);
  const columns = new ColumnNumbers([...SNMP, ESTABLISHED].map(({ key }) => key));
  const rates = new SeriesGroup(
    table,
    SNMP.map(({ spec }) => spec),
  );
  const gauges = new SeriesGroup(table, [ESTABLISHED.spec]);

  function read(): void {
    columns.parse(file.read());
    const seconds = elapsed.next();
    for (let index = 0; index < SNMP.length; index += 1) {
      rates.counter(index, columns.values[index]!, seconds, 10);
    }
    gauges.gauge(0, columns.values[SNMP.length]!);
  }

  return { name: 'traffic', everySeconds: 1, read, close: () => file.close() };
}
