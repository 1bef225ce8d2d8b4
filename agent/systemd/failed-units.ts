import type { Cancel } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { Health } from '../health.ts';
import { PassingSeries } from '../passing-series.ts';
import { runCommand } from '../plugins/run-command.ts';
import { type Probe, type ProbePorts, startProbe } from '../probe.ts';
import { type SeriesSpec, type SeriesTable, SourceTable } from '../series.ts';

/** Failed units that get a series; the count counts all. */
const UNITS_MAX = 32;

/** systemctl(1): one unit a line, its name first, without the dot before it, without titles. */
const ARGUMENTS = 'list-units --state=failed --plain --no-legend --full --no-pager';

const COUNT: SeriesSpec = {
  name: 'systemd_units_failed',
  group: 'system',
  title: 'Failed units of systemd',
  units: 'units',
  type: 'uint',
};
const UNIT: SeriesSpec = {
  name: 'systemd_unit_failed',
  group: 'system',
  title: 'Unit of systemd has failed',
  description: 'always 1; gone when the unit is in order again',
  type: 'uint',
};

/** Units that systemd has given up. One that systemd starts again by itself has not failed. */
export class FailedUnits implements Probe {
  readonly name = 'systemd:units';
  // Each run costs 10 ms of CPU time, two of them systemd's: more often, it would be more than most sources together.
  readonly everySeconds = 300;
  readonly timeoutSeconds = 10;
  readonly table: SourceTable;
  readonly #command: string;
  readonly #series: PassingSeries;

  /** @param systemctl path of the program */
  constructor(systemctl: string, table: SourceTable) {
    this.table = table;
    this.#command = `exec ${systemctl} ${ARGUMENTS}`;
    this.#series = new PassingSeries(table);
  }

  /** @throws when systemctl cannot be run, or cannot ask systemd */
  async run(signal: AbortSignal): Promise<void> {
    const { status, output } = await runCommand(this.#command, signal);
    if (status === undefined) throw new Error('systemctl was killed');
    if (status !== 0) throw new Error(`systemctl ended with status ${status}`);
    const units = parseUnits(output);
    this.#series.show(COUNT, units.length);
    for (const unit of units.slice(0, UNITS_MAX)) {
      this.#series.show({ ...UNIT, labels: { unit } }, 1);
    }
    this.#series.end();
  }
}

/** Names of the units in the output of `systemctl list-units --plain --no-legend`. */
function parseUnits(output: string): string[] {
  return output
    .split('\n')
    .map((line) => line.trim().split(/\s/, 1)[0] ?? '')
    .filter((unit) => unit !== '');
}

export interface FailedUnitsPorts extends ProbePorts {
  /** Path of the program. */
  readonly systemctl: string;
  readonly table: SeriesTable;
  readonly log: Log;
}

/** @returns stops looking for failed units */
export function startFailedUnits(ports: FailedUnitsPorts): Cancel {
  const probe = new FailedUnits(ports.systemctl, new SourceTable(ports.table));
  return startProbe(probe, new Health(probe.name, ports), ports);
}
