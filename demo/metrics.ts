/** The metrics of a simulated host, under the agent's names, and how each follows from what the host does. */
import type { Labels, Metric, Slope, ValueType } from '../wire/metric.ts';
import type { Activity } from './activity.ts';
import { random, smoothNoise } from './noise.ts';

interface DemoMetric {
  readonly metric: Metric;
  readonly value: (activity: Activity) => number;
}

interface Details {
  type?: ValueType;
  slope?: Slope;
  tmax?: number;
  labels?: Labels;
}

function define(
  name: string,
  units: string,
  group: string,
  title: string,
  value: (activity: Activity) => number,
  { type = 'float', slope = 'both', tmax = 5, labels = {} }: Details = {},
): DemoMetric {
  return {
    metric: { name, type, units, slope, tmax, dmax: 0, group, title, description: title, labels },
    value,
  };
}

const tenths = (value: number) => Math.round(value * 10) / 10;
const hundredths = (value: number) => Math.round(value * 100) / 100;
const whole = (value: number) => Math.round(value);
const pages = (kb: number) => Math.round(kb / 4) * 4;

const CONSTANT: Details = { slope: 'zero', tmax: 1200 };
const LINK_BYTES = 1.25e9;
const DISK_BYTES = 1.5e9;
const SDA: Details = { labels: { device: 'sda' } };
const ETH0: Details = { labels: { device: 'eth0' } };

/** Noise of its own for each metric of each host. */
const wobble = ({ host, second }: Activity, salt: number, period = 3) =>
  smoothNoise(host.seed + salt * 101, second, period);
const quiet = (activity: Activity) => activity.busy < 0.03 && activity.network < 0.01;
const system = (activity: Activity) => activity.busy * (8 + 4 * wobble(activity, 2));
const interrupts = (activity: Activity) => activity.network * 6;
const wait = (activity: Activity) =>
  activity.disk > 0.05 ? activity.disk * 12 * wobble(activity, 3) : 0;
const user = (activity: Activity) =>
  Math.max(0, activity.busy * 100 - system(activity) - interrupts(activity));
const bytesIn = (activity: Activity) =>
  whole(activity.network * LINK_BYTES * 0.4 * (0.8 + 0.4 * wobble(activity, 4)));
const bytesOut = (activity: Activity) =>
  whole(activity.network * LINK_BYTES * 0.6 * (0.8 + 0.4 * wobble(activity, 5)));
const diskBytes = (activity: Activity, salt: number) =>
  activity.disk < 0.02
    ? 0
    : Math.round((activity.disk * DISK_BYTES * wobble(activity, salt)) / 4096) * 4096;
/** Journals and logs write a little on every machine. */
const diskWriteBytes = (activity: Activity) =>
  diskBytes(activity, 15) + 4096 * whole(80 * random(activity.host.seed + 15, activity.second));
const diskFree = ({ host, second, fault }: Activity) => {
  const filling = host.fault === 'fills-up' ? 0.9 * fault : 0;
  const slow = smoothNoise(host.seed + 77, second, 7200);
  return host.diskGb * Math.max(0.01, 0.75 - 0.3 * slow - filling);
};
const degrees = (activity: Activity) =>
  34 +
  30 * activity.busyOneMinute +
  (activity.host.fault === 'hot' ? 38 * Math.sin(Math.PI * activity.fault) : 0);
const errors = ({ host, second, fault }: Activity, salt: number) =>
  host.fault === 'bad-link' && fault > 0 ? whole(40 * random(host.seed + salt, second)) : 0;

export const DEMO_METRICS: readonly DemoMetric[] = [
  define('cpu_user', '%', 'cpu', 'CPU user', (a) => tenths(user(a))),
  define('cpu_nice', '%', 'cpu', 'CPU nice', () => 0),
  define('cpu_system', '%', 'cpu', 'CPU system', (a) => tenths(system(a))),
  define('cpu_idle', '%', 'cpu', 'CPU idle', (a) =>
    tenths(Math.max(0, 100 - user(a) - system(a) - wait(a) - interrupts(a))),
  ),
  define('cpu_wio', '%', 'cpu', 'CPU waiting for I/O', (a) => tenths(wait(a))),
  define('cpu_steal', '%', 'cpu', 'CPU steal', () => 0),
  define('cpu_intr', '%', 'cpu', 'CPU interrupts', (a) => tenths(interrupts(a) * 0.2)),
  define('cpu_sintr', '%', 'cpu', 'CPU soft interrupts', (a) => tenths(interrupts(a) * 0.8)),
  define('cpu_num', 'CPUs', 'cpu', 'CPU count', (a) => a.host.cores, { ...CONSTANT, type: 'uint' }),
  define('cpu_speed', 'MHz', 'cpu', 'CPU speed', () => 2450, { ...CONSTANT, type: 'uint' }),
  define('context_switches', 'switches/sec', 'cpu', 'Context switches', (a) =>
    quiet(a)
      ? 400 + whole(60 * wobble(a, 6))
      : whole(a.busy * a.host.cores * 1800 * (0.9 + 0.2 * wobble(a, 6))),
  ),
  define('interrupts', 'interrupts/sec', 'cpu', 'Interrupts', (a) =>
    quiet(a) ? 300 + whole(30 * wobble(a, 7)) : whole((a.busy + a.network) * a.host.cores * 900),
  ),
  define(
    'load_one',
    '',
    'load',
    'One-minute load',
    (a) => hundredths(a.busyOneMinute * a.host.cores),
    { tmax: 70 },
  ),
  define(
    'load_five',
    '',
    'load',
    'Five-minute load',
    (a) => hundredths(a.busyFiveMinutes * a.host.cores),
    {
      tmax: 325,
    },
  ),
  define(
    'load_fifteen',
    '',
    'load',
    'Fifteen-minute load',
    (a) => hundredths(a.busyFifteenMinutes * a.host.cores),
    {
      tmax: 950,
    },
  ),
  define('proc_run', '', 'process', 'Running processes', (a) => whole(1 + a.busy * a.host.cores), {
    type: 'uint',
  }),
  define(
    'proc_total',
    '',
    'process',
    'Processes',
    (a) => whole(380 + a.host.cores * 3 + 20 * wobble(a, 8)),
    {
      type: 'uint',
    },
  ),
  define('mem_total', 'KB', 'memory', 'Memory', (a) => a.host.memoryKb, {
    ...CONSTANT,
    type: 'double',
  }),
  define(
    'mem_free',
    'KB',
    'memory',
    'Free memory',
    (a) => pages(a.host.memoryKb * Math.max(0.02, 0.62 - a.memory) + 9000 * wobble(a, 9)),
    { type: 'double' },
  ),
  define(
    'mem_available',
    'KB',
    'memory',
    'Available memory',
    (a) => pages(a.host.memoryKb * (0.95 - a.memory) + 9000 * wobble(a, 9)),
    {
      type: 'double',
    },
  ),
  define(
    'mem_cached',
    'KB',
    'memory',
    'Cached memory',
    (a) => pages(a.host.memoryKb * 0.3 * wobble(a, 10, 600)),
    {
      type: 'double',
    },
  ),
  define('mem_buffers', 'KB', 'memory', 'Buffers', (a) => pages(a.host.memoryKb * 0.004), {
    type: 'double',
  }),
  define('mem_shared', 'KB', 'memory', 'Shared memory', (a) => pages(a.host.memoryKb * 0.001), {
    type: 'double',
  }),
  define('swap_total', 'KB', 'memory', 'Swap', () => 8_388_604, { ...CONSTANT, type: 'double' }),
  define('swap_free', 'KB', 'memory', 'Free swap', () => 8_388_604, { type: 'double' }),
  define('page_faults_major', 'faults/sec', 'memory', 'Major page faults', () => 0),
  define('bytes_in', 'bytes/sec', 'network', 'Bytes received', bytesIn),
  define('bytes_out', 'bytes/sec', 'network', 'Bytes sent', bytesOut),
  define('pkts_in', 'packets/sec', 'network', 'Packets received', (a) => whole(bytesIn(a) / 900)),
  define('pkts_out', 'packets/sec', 'network', 'Packets sent', (a) => whole(bytesOut(a) / 1100)),
  define('net_errors_in', 'errors/sec', 'network', 'Receive errors', (a) => errors(a, 11), ETH0),
  define('net_errors_out', 'errors/sec', 'network', 'Transmit errors', () => 0, ETH0),
  define('net_drops_in', 'drops/sec', 'network', 'Receive drops', (a) => errors(a, 12), ETH0),
  define(
    'tcp_established',
    'connections',
    'tcp',
    'TCP connections',
    (a) => whole(20 + a.network * 9000 + 6 * wobble(a, 19)),
    {
      type: 'uint',
    },
  ),
  define('tcp_retransmits', 'segments/sec', 'tcp', 'TCP retransmits', (a) =>
    a.network > 0.1 ? whole(12 * wobble(a, 13)) : 0,
  ),
  define('disk_total', 'GB', 'disk', 'Disk space', (a) => a.host.diskGb, {
    ...CONSTANT,
    type: 'double',
  }),
  define(
    'disk_free',
    'GB',
    'disk',
    'Free disk space',
    (a) => Math.round(diskFree(a) * 1000) / 1000,
    {
      type: 'double',
      tmax: 180,
    },
  ),
  define(
    'part_max_used',
    '%',
    'disk',
    'Fullest file system',
    (a) => tenths(100 - (100 * diskFree(a)) / a.host.diskGb),
    {
      tmax: 180,
    },
  ),
  define('disk_read_bytes', 'bytes/sec', 'disk', 'Bytes read', (a) => diskBytes(a, 14), SDA),
  define('disk_write_bytes', 'bytes/sec', 'disk', 'Bytes written', diskWriteBytes, SDA),
  define(
    'disk_reads',
    'operations/sec',
    'disk',
    'Reads',
    (a) => whole(diskBytes(a, 14) / 65_536),
    SDA,
  ),
  define(
    'disk_writes',
    'operations/sec',
    'disk',
    'Writes',
    (a) => whole(diskBytes(a, 15) / 65_536),
    SDA,
  ),
  define(
    'disk_await',
    'ms',
    'disk',
    'Time for one operation',
    (a) => (a.disk < 0.004 ? 0 : tenths(0.4 + a.disk * 4 * wobble(a, 16) + failing(a) * 180)),
    SDA,
  ),
  define(
    'disk_util',
    '%',
    'disk',
    'Utilisation',
    (a) => (a.disk < 0.004 ? 0 : tenths(a.disk * 100)),
    SDA,
  ),
  define('temperature', '°C', 'sensors', 'Temperature', (a) => tenths(degrees(a)), {
    labels: { chip: 'k10temp', sensor: 'Tctl' },
  }),
  define(
    'fan_speed',
    'rpm',
    'sensors',
    'Fan',
    (a) => Math.round((3200 + degrees(a) * 60) / 60) * 60,
    {
      labels: { chip: 'bmc', sensor: 'fan1' },
    },
  ),
  define(
    'power',
    'W',
    'sensors',
    'Power',
    (a) => whole(90 + a.host.cores * (1.2 + 3.4 * a.busy) + 4 * wobble(a, 20)),
    {
      labels: { chip: 'bmc', sensor: 'psu' },
    },
  ),
  define('pressure_cpu', '%', 'pressure', 'Stalled for CPU', (a) =>
    a.busy > 0.9 ? hundredths(8 * wobble(a, 17)) : 0,
  ),
  define('pressure_io', '%', 'pressure', 'Stalled for I/O', (a) =>
    a.disk > 0.3 ? hundredths(15 * a.disk) : 0,
  ),
  define('uptime', 's', 'system', 'Uptime', (a) => whole(a.uptime), {
    slope: 'positive',
    type: 'uint',
  }),
];

function failing({ host, fault }: Activity): number {
  return host.fault === 'failing-disk' ? fault : 0;
}
