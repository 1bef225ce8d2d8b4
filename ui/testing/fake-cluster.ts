/** A cluster whose every value is a function of host, series and second: history and live stream agree, and a test can compute what a page must show. */
import type { HostSummary, SeriesInfo } from '../../wire/http.ts';
import { type Labels, seriesKey } from '../../wire/metric.ts';

const FIRST_SEEN_MS = Date.UTC(2026, 0, 1);

export interface FakeSeries extends SeriesInfo {
  readonly low: number;
  readonly high: number;
}

export function series(
  metric: string,
  group: string,
  title: string,
  units: string,
  [low, high]: readonly [number, number],
  labels: Labels = {},
): FakeSeries {
  return {
    key: seriesKey(metric, labels),
    metric,
    labels,
    type: 'float',
    units,
    slope: low === high ? 'zero' : 'both',
    tmax: 5,
    dmax: 0,
    group,
    title,
    description: `${title} of this host.`,
    value: null,
    timeMs: null,
    low,
    high,
  };
}

export const CATALOGUE: readonly FakeSeries[] = [
  series('cpu_user', 'cpu', 'CPU user', '%', [2, 70]),
  series('cpu_system', 'cpu', 'CPU system', '%', [1, 12]),
  series('cpu_wio', 'cpu', 'CPU waiting for I/O', '%', [0, 6]),
  series('cpu_idle', 'cpu', 'CPU idle', '%', [10, 95]),
  series('cpu_num', 'cpu', 'CPU count', 'CPUs', [64, 64]),
  series('load_one', 'load', 'One-minute load', '', [0.5, 48]),
  series('load_five', 'load', 'Five-minute load', '', [0.5, 40]),
  series('load_fifteen', 'load', 'Fifteen-minute load', '', [0.5, 36]),
  series('mem_total', 'memory', 'Memory', 'KB', [268_435_456, 268_435_456]),
  series('mem_available', 'memory', 'Available memory', 'KB', [2e7, 2.4e8]),
  series('mem_cached', 'memory', 'Cached memory', 'KB', [1e6, 6e7]),
  series('bytes_in', 'network', 'Bytes received', 'bytes/sec', [1e4, 9e8]),
  series('bytes_out', 'network', 'Bytes sent', 'bytes/sec', [1e4, 7e8]),
  series('part_max_used', 'disk', 'Fullest file system', '%', [20, 80]),
  series('disk_read_bytes', 'disk', 'Bytes read', 'bytes/sec', [0, 4e8], { device: 'sda' }),
  series('disk_write_bytes', 'disk', 'Bytes written', 'bytes/sec', [0, 3e8], { device: 'sda' }),
  series('temperature', 'sensors', 'Temperature', 'C', [34, 78], { sensor: 'Tctl' }),
  series('uptime', 'system', 'Uptime', 's', [1e6, 1e6]),
];

/** A hash of text to 0…1. */
function seedOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619) >>> 0;
  return hash / 2 ** 32;
}

/** Between `low` and `high`: a slow wave of the host's own, a faster one of its rack, a little noise. */
export function valueAt(host: HostSummary, one: FakeSeries, second: number): number {
  const seed = seedOf(host.name + one.key);
  const rack = seedOf(`${host.labels['rack'] ?? ''}${one.metric}`);
  const slow = Math.sin(second / (600 + 900 * seed) + seed * 40);
  const job = Math.sin(second / 90 + rack * 20) > 0.3 ? 1 : 0;
  const noise = (Math.sin(second * 12.9898 + seed * 78.233) * 43_758.5453) % 1;
  const share = 0.28 + 0.18 * slow + 0.32 * job * (0.4 + seed) + 0.04 * noise;
  const value = one.low + (one.high - one.low) * Math.min(1, Math.max(0, share));
  return one.high > 1000 ? Math.round(value) : Math.round(value * 10) / 10;
}

const RACK_SIZE = 25;
const CLASSES = ['COMPUTE', 'STORAGE', 'WEB'];

export function buildHosts(count: number): HostSummary[] {
  return Array.from({ length: count }, (_, index): HostSummary => {
    const rack = Math.floor(index / RACK_SIZE);
    const isDown = index % 90 === 41;
    const isStopped = index % 150 === 67;
    return {
      id: index.toString(16).padStart(32, '0'),
      number: index + 1,
      name: `n${String(index + 1).padStart(3, '0')}`,
      state: isDown ? 'down' : isStopped ? 'stopped' : 'up',
      address: `10.1.${rack}.${(index % RACK_SIZE) + 1}`,
      labels: {
        rack: `r${String(rack + 1).padStart(2, '0')}`,
        u: String((index % RACK_SIZE) + 1),
        class: CLASSES[rack % CLASSES.length]!,
      },
      firstSeenMs: FIRST_SEEN_MS,
      lastSeenMs: Date.now() - (isDown || isStopped ? 180_000 : 0),
      clockOffsetMs: index % 50 === 3 ? 4_200 : 3,
      seriesCount: CATALOGUE.length,
    };
  });
}
