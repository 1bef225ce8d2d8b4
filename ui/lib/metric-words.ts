/** Names of metrics as words: what those of one chart share, what tells them apart, and how both are said. */
import { own } from './own.ts';

/** Words in a metric's name that tell the lines of one chart apart: without them `bytes_in` and `bytes_out` are both `bytes`. */
const LINE_WORDS = new Set(
  'in out rx tx read write reads writes recv sent received transmitted one five fifteen total free used available cached buffers shared run'.split(
    ' ',
  ),
);

/** The words that tell a line from others of its chart: `read` of `disk_read_bytes`; all of them when none does. */
export function lineWords(metric: string): string {
  const words = metric.split('_');
  const telling = words.filter((word) => LINE_WORDS.has(word));
  return (telling.length > 0 ? telling : words).join(' ');
}

/** What metrics of one chart have in common: `disk_read_bytes` → `disk_bytes`, `disk_reads` → `disk_operations`; a name of nothing but such words stays whole. */
export function stemOf(metric: string): string {
  const words = metric
    .split('_')
    .map((word) => (word === 'reads' || word === 'writes' ? 'operations' : word))
    .filter((word) => !LINE_WORDS.has(word));
  return words.length > 0 ? words.join('_') : metric;
}

const SPOKEN: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  mem: 'memory',
  pkts: 'packets',
  proc: 'processes',
  tcp: 'TCP',
  udp: 'UDP',
  io: 'I/O',
  ip: 'IP',
  fs: 'file system',
};

/** Better than the words of the names. */
const TITLES: Readonly<Record<string, string>> = {
  bytes: 'Network traffic',
  pkts: 'Network packets',
  disk: 'Disk space',
  fs: 'File systems',
  net_bytes: 'Traffic by interface',
  net_pkts: 'Packets by interface',
  net_errors: 'Errors by interface',
  net_drops: 'Drops by interface',
  page: 'Paging',
};

/** `disk_bytes` → `Disk bytes` */
export function titleOf(name: string): string {
  return own(TITLES, name) ?? spoken(name);
}

/** `tcp` → `TCP`, `mem_free` → `Memory free` */
export function spoken(name: string): string {
  const words = name.split('_').map((word) => own(SPOKEN, word) ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
