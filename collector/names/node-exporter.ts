/** Our metrics under node_exporter's names. Source: the names, labels and units that node_exporter 1.x exposes on Linux. */
import { counter, type DerivedMetric, gauge, times } from './derived-metric.ts';

/** The kernel's kB is 1024 bytes. */
const KIB = times(1024);
const GB = times(1e9);
const PERCENT = times(0.01);
const MILLI = times(0.001);
/** Bytes a second in one Mbit/s. */
const MEGABIT = times(125_000);
const PAGE = times(4096);

const CPU_FROM_HOST = ['cpu_idle', 'cpu_wio'] as const;

/**
 * Agents tell how busy each CPU is, and the modes of all CPUs together. A CPU's modes are taken to be as on the whole host, in proportion to how
 * busy it is: each CPU's total and the host's total of each mode are exact.
 * @param mode native metrics: the share of the first, less those that it includes
 */
function busyMode(mode: string, ...natives: readonly string[]): DerivedMetric {
  return counter('node_cpu_seconds_total', 'cpu_busy', {
    beside: [...CPU_FROM_HOST, ...natives],
    ownLabel: 'cpu',
    fixed: { mode },
    value: (busy, idle, wio, whole, ...included) => {
      const share = included.reduce((rest, part) => rest - part, whole ?? Number.NaN);
      const hostBusy = 100 - (idle ?? 0) - (wio ?? 0);
      // Rounded to 0.1 %, an idle host's share of being busy is as good as any.
      const scale = hostBusy > 0.05 ? (busy ?? 0) / hostBusy : 1;
      return (Math.max(0, share) * scale) / 100;
    },
  });
}

/** The rest of a CPU's time, divided as on the whole host. */
function idleMode(mode: string, part: 'idle' | 'wio'): DerivedMetric {
  return counter('node_cpu_seconds_total', 'cpu_busy', {
    beside: CPU_FROM_HOST,
    ownLabel: 'cpu',
    fixed: { mode },
    value: (busy = Number.NaN, idle = Number.NaN, wio = Number.NaN) => {
      const hostRest = idle + wio;
      const share =
        hostRest > 0 ? (part === 'idle' ? idle : wio) / hostRest : Number(part === 'idle');
      return ((100 - busy) * share) / 100;
    },
  });
}

const CPU: readonly DerivedMetric[] = [
  busyMode('user', 'cpu_user'),
  busyMode('nice', 'cpu_nice'),
  busyMode('system', 'cpu_system', 'cpu_intr', 'cpu_sintr'),
  busyMode('irq', 'cpu_intr'),
  busyMode('softirq', 'cpu_sintr'),
  busyMode('steal', 'cpu_steal'),
  idleMode('idle', 'idle'),
  idleMode('iowait', 'wio'),
  counter('node_context_switches_total', 'context_switches'),
  counter('node_intr_total', 'interrupts'),
  counter('node_forks_total', 'proc_forks'),
  gauge('node_procs_running', 'proc_run'),
  gauge('node_procs_blocked', 'proc_blocked'),
  gauge('node_load1', 'load_one'),
  gauge('node_load5', 'load_five'),
  gauge('node_load15', 'load_fifteen'),
];

const difference = (whole = Number.NaN, part = Number.NaN) => whole - part;
const sum = (a = Number.NaN, b = Number.NaN) => a + b;

/** Words of /proc/meminfo. */
const MEMORY_WORDS = {
  MemTotal: 'mem_total',
  MemFree: 'mem_free',
  MemAvailable: 'mem_available',
  Buffers: 'mem_buffers',
  Cached: 'mem_cached',
  SwapCached: 'swap_cached',
  Active: 'mem_active',
  Inactive: 'mem_inactive',
  Unevictable: 'mem_unevictable',
  SwapTotal: 'swap_total',
  SwapFree: 'swap_free',
  Dirty: 'mem_dirty',
  Writeback: 'mem_writeback',
  AnonPages: 'mem_anonymous',
  Mapped: 'mem_mapped',
  Shmem: 'mem_shared',
  Slab: 'mem_slab',
  SReclaimable: 'mem_sreclaimable',
  KernelStack: 'mem_kernel_stack',
  PageTables: 'mem_page_tables',
  CommitLimit: 'mem_commit_limit',
  Committed_AS: 'mem_committed',
  HardwareCorrupted: 'mem_corrupted',
} as const;

const MEMORY: readonly DerivedMetric[] = [
  ...Object.entries(MEMORY_WORDS).map(([word, native]) =>
    gauge(`node_memory_${word}_bytes`, native, KIB),
  ),
  gauge('node_memory_SUnreclaim_bytes', 'mem_slab', {
    beside: ['mem_sreclaimable'],
    value: (slab, reclaimable) => difference(slab, reclaimable) * 1024,
  }),
  counter('node_vmstat_pgpgin', 'page_in'),
  counter('node_vmstat_pgpgout', 'page_out'),
  counter('node_vmstat_pswpin', 'swap_in'),
  counter('node_vmstat_pswpout', 'swap_out'),
  counter('node_vmstat_pgfault', 'page_faults'),
  counter('node_vmstat_pgmajfault', 'page_faults_major'),
  gauge('node_vmstat_oom_kill', 'oom_kills'),
  counter('node_pressure_cpu_waiting_seconds_total', 'pressure_cpu', PERCENT),
  counter('node_pressure_memory_waiting_seconds_total', 'pressure_memory', PERCENT),
  counter('node_pressure_memory_stalled_seconds_total', 'pressure_memory_full', PERCENT),
  counter('node_pressure_io_waiting_seconds_total', 'pressure_io', PERCENT),
  counter('node_pressure_io_stalled_seconds_total', 'pressure_io_full', PERCENT),
];

/** Agents watch local disks' file systems only and do not tell their type: `fstype="local"` lets selectors such as `fstype!=""` find them. */
const FILESYSTEM_LABELS = { renamed: { mountpoint: 'mount' }, fixed: { fstype: 'local' } } as const;

const STORAGE: readonly DerivedMetric[] = [
  gauge('node_filesystem_size_bytes', 'fs_total', { ...FILESYSTEM_LABELS, ...GB }),
  gauge('node_filesystem_avail_bytes', 'fs_free', { ...FILESYSTEM_LABELS, ...GB }),
  gauge('node_filesystem_free_bytes', 'fs_total', {
    ...FILESYSTEM_LABELS,
    beside: ['fs_used'],
    value: (total, used) => difference(total, used) * 1e9,
  }),
  gauge('node_filesystem_files', 'fs_inodes', FILESYSTEM_LABELS),
  gauge('node_filesystem_files_free', 'fs_inodes_free', FILESYSTEM_LABELS),
  gauge('node_filesystem_readonly', 'fs_readonly', FILESYSTEM_LABELS),
  counter('node_disk_read_bytes_total', 'disk_read_bytes'),
  counter('node_disk_written_bytes_total', 'disk_write_bytes'),
  counter('node_disk_reads_completed_total', 'disk_reads'),
  counter('node_disk_writes_completed_total', 'disk_writes'),
  counter('node_disk_read_time_seconds_total', 'disk_reads', timeOf('disk_read_await')),
  counter('node_disk_write_time_seconds_total', 'disk_writes', timeOf('disk_write_await')),
  counter('node_disk_io_time_seconds_total', 'disk_util', PERCENT),
  counter('node_disk_io_time_weighted_seconds_total', 'disk_queue'),
];

/** Operations a second × mean milliseconds of one. */
function timeOf(awaitMetric: string): Pick<DerivedMetric, 'beside' | 'value'> {
  return {
    beside: [awaitMetric],
    value: (operations = Number.NaN, meanMs = Number.NaN) => (operations * meanMs) / 1000,
  };
}

const NETWORK: readonly DerivedMetric[] = [
  counter('node_network_receive_bytes_total', 'net_bytes_in'),
  counter('node_network_transmit_bytes_total', 'net_bytes_out'),
  counter('node_network_receive_packets_total', 'net_pkts_in'),
  counter('node_network_transmit_packets_total', 'net_pkts_out'),
  counter('node_network_receive_errs_total', 'net_errors_in'),
  counter('node_network_transmit_errs_total', 'net_errors_out'),
  counter('node_network_receive_drop_total', 'net_drops_in'),
  counter('node_network_transmit_drop_total', 'net_drops_out'),
  gauge('node_network_carrier', 'net_carrier'),
  gauge('node_network_up', 'net_carrier'),
  gauge('node_network_speed_bytes', 'net_speed', MEGABIT),
];

/** Words of /proc/net/snmp and netstat. */
const NETSTAT_COUNTERS = {
  Tcp_ActiveOpens: 'tcp_active_opens',
  Tcp_PassiveOpens: 'tcp_passive_opens',
  Tcp_AttemptFails: 'tcp_attempt_fails',
  Tcp_EstabResets: 'tcp_resets',
  Tcp_InSegs: 'tcp_segments_in',
  Tcp_OutSegs: 'tcp_segments_out',
  Tcp_RetransSegs: 'tcp_retransmits',
  Tcp_InErrs: 'tcp_errors_in',
  Tcp_OutRsts: 'tcp_resets_out',
  TcpExt_ListenOverflows: 'tcp_listen_overflows',
  TcpExt_ListenDrops: 'tcp_listen_drops',
  TcpExt_TCPBacklogDrop: 'tcp_backlog_drops',
  TcpExt_TCPTimeouts: 'tcp_timeouts',
  TcpExt_TCPSynRetrans: 'tcp_syn_retransmits',
  Udp_InDatagrams: 'udp_datagrams_in',
  Udp_NoPorts: 'udp_no_ports',
  Udp_InErrors: 'udp_errors_in',
  Udp_OutDatagrams: 'udp_datagrams_out',
  Udp_RcvbufErrors: 'udp_receive_drops',
  Udp_SndbufErrors: 'udp_send_drops',
} as const;

const SOCKETS: readonly DerivedMetric[] = [
  ...Object.entries(NETSTAT_COUNTERS).map(([word, native]) =>
    counter(`node_netstat_${word}`, native),
  ),
  gauge('node_netstat_Tcp_CurrEstab', 'tcp_established'),
  gauge('node_sockstat_sockets_used', 'sockets_used'),
  gauge('node_sockstat_TCP_inuse', 'tcp_sockets'),
  gauge('node_sockstat_TCP_orphan', 'tcp_sockets_orphan'),
  gauge('node_sockstat_TCP_tw', 'tcp_sockets_time_wait'),
  gauge('node_sockstat_TCP_mem', 'tcp_memory'),
  gauge('node_sockstat_TCP_mem_bytes', 'tcp_memory', PAGE),
  gauge('node_sockstat_UDP_inuse', 'udp_sockets'),
];

/** 1 while the host is up: such a series is there for its labels. */
const whileUp = (up: number | undefined) => (up === 1 ? 1 : Number.NaN);

const SYSTEM: readonly DerivedMetric[] = [
  gauge('up', 'up'),
  gauge('node_boot_time_seconds', 'boottime'),
  gauge('node_time_seconds', 'boottime', { beside: ['uptime'], value: sum }),
  gauge('node_filefd_allocated', 'file_handles'),
  gauge('node_entropy_available_bits', 'entropy'),
  gauge('node_hwmon_temp_celsius', 'temperature'),
  gauge('node_hwmon_fan_rpm', 'fan_speed'),
  gauge('node_hwmon_power_average_watt', 'power'),
  gauge('node_scrape_collector_success', 'source_success', { renamed: { collector: 'source' } }),
  gauge('node_scrape_collector_duration_seconds', 'source_duration', {
    renamed: { collector: 'source' },
    ...MILLI,
  }),
  gauge('node_uname_info', 'up', {
    fixed: { sysname: 'Linux', domainname: '(none)' },
    described: {
      nodename: ({ name }) => name,
      release: ({ facts }) => facts['os.kernel'] ?? '',
      machine: ({ facts }) => facts['os.arch'] ?? '',
    },
    value: whileUp,
  }),
  gauge('node_os_info', 'up', {
    described: {
      pretty_name: ({ facts }) => facts['os.name'] ?? '',
      // `Debian GNU/Linux 12 (bookworm)`: what stands before the first number is the name.
      name: ({ facts }) => (facts['os.name'] ?? '').replace(/ \d.*$/, ''),
      version: ({ facts }) => / (\d.*)$/.exec(facts['os.name'] ?? '')?.[1] ?? '',
      version_id: ({ facts }) => / (\d[\d.]*)/.exec(facts['os.name'] ?? '')?.[1] ?? '',
    },
    value: whileUp,
  }),
];

export const NODE_METRICS: readonly DerivedMetric[] = [
  ...CPU,
  ...MEMORY,
  ...STORAGE,
  ...NETWORK,
  ...SOCKETS,
  ...SYSTEM,
];
