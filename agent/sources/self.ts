import { round2 } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';

const EVERY_SECONDS = 10;

const SPECS: readonly SeriesSpec[] = [
  { name: 'agent_cpu', group: 'agent', title: 'CPU use of the agent', units: '%' },
  { name: 'agent_memory', group: 'agent', title: 'Memory of the agent', units: 'KB' },
  {
    name: 'agent_send_failures',
    group: 'agent',
    title: 'Datagrams that could not be sent',
    description: 'since the agent started',
    type: 'uint',
    slope: 'positive',
  },
];

/** What the agent itself costs. */
export function selfSource(
  { table, monotonicMs }: SourcePorts,
  { sendFailures }: { sendFailures: () => number },
): Source {
  const series = SPECS.map((spec) => table.add(spec));
  let usedBefore = Number.NaN;
  let beforeMs = Number.NaN;

  function read(): void {
    const { user, system } = process.cpuUsage();
    const nowMs = monotonicMs();
    const usedMs = (user + system) / 1000;
    table.numbers[series[0]!] = round2((100 * (usedMs - usedBefore)) / (nowMs - beforeMs));
    usedBefore = usedMs;
    beforeMs = nowMs;
    table.numbers[series[1]!] = Math.round(process.memoryUsage.rss() / 1024);
    table.numbers[series[2]!] = sendFailures();
  }

  return { name: 'self', everySeconds: EVERY_SECONDS, read, close: () => undefined };
}
