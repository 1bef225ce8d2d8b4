import { machine } from 'node:os';
import { KeyedNumbers } from '../keyed.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner } from '../text.ts';

/** Seconds; what does not change while the host is up may be seldom, as in Ganglia. */
const CONSTANT = { slope: 'zero', tmax: 1200 } as const;

/** A host is down after four times this: the collector's `heartbeatSeconds`, unless that was changed. */
const HEARTBEAT_TMAX_SECONDS = 3;

const SPECS: readonly SeriesSpec[] = [
  {
    name: 'heartbeat',
    group: 'core',
    title: 'Last heartbeat',
    description: 'when the agent started, seconds since the epoch',
    type: 'uint',
    slope: 'unspecified',
    tmax: HEARTBEAT_TMAX_SECONDS,
  },
  { name: 'uptime', group: 'system', title: 'Uptime', units: 's', type: 'uint', slope: 'positive' },
  { name: 'boottime', group: 'system', title: 'Last boot', units: 's', type: 'uint', ...CONSTANT },
];

const TEXTS: readonly SeriesSpec[] = [
  { name: 'machine_type', group: 'system', title: 'Machine type', type: 'string', ...CONSTANT },
  { name: 'os_name', group: 'system', title: 'Operating system', type: 'string', ...CONSTANT },
  { name: 'os_release', group: 'system', title: 'Kernel release', type: 'string', ...CONSTANT },
  { name: 'location', group: 'core', title: 'Location', type: 'string', ...CONSTANT },
  { name: 'gexec', group: 'core', title: 'gexec available', type: 'string', ...CONSTANT },
];

export interface SystemOptions {
  /** Seconds since the epoch at which the agent started. */
  readonly startSeconds: number;
  /** Where the machine is, as its labels tell. */
  readonly location: string;
}

/** Heartbeat, uptime, and the texts that Ganglia knows a host by. */
export function systemSource({ proc, reader, table }: SourcePorts, options: SystemOptions): Source {
  const uptime = new KeptFile(`${proc}/uptime`, reader);
  const scanner = new Scanner();
  const series = SPECS.map((spec) => table.add(spec));
  const textSeries = TEXTS.map((spec) => table.add(spec));
  const line = (file: string) => {
    const { bytes, end } = reader.readOnce(`${proc}/${file}`);
    return bytes.toString('latin1', 1, end).trim();
  };
  let texts: readonly string[] | undefined;
  let bootSeconds = 0;

  function readConstants(): readonly string[] {
    const boot = new KeyedNumbers(['btime ']);
    boot.parse(reader.readOnce(`${proc}/stat`));
    bootSeconds = boot.values[0]!;
    return [
      machine(),
      line('sys/kernel/ostype'),
      line('sys/kernel/osrelease'),
      options.location,
      'OFF',
    ];
  }

  function read(): void {
    texts ??= readConstants();
    const { numbers, strings } = table;
    for (let index = 0; index < texts.length; index += 1)
      strings[textSeries[index]!] = texts[index];
    numbers[series[0]!] = options.startSeconds;
    scanner.start(uptime.read());
    numbers[series[1]!] = Math.floor(scanner.number());
    numbers[series[2]!] = bootSeconds;
  }

  return { name: 'system', everySeconds: 1, read, close: () => uptime.close() };
}
