/** What the agent asks besides the kernel: exporters and plugins. Loaded only when the settings name some. */
import { basename } from 'node:path';
import type { Cancel } from '../base/clock.ts';
import { defaultsOf } from '../base/config.ts';
import { InputError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Exporter, type ExporterOptions } from './exporters/exporter.ts';
import { Finder } from './exporters/finder.ts';
import { nameOfPort, WELL_KNOWN } from './exporters/well-known.ts';
import { Health } from './health.ts';
import { Plugin, type PluginOptions } from './plugins/plugin.ts';
import { type Probe, type ProbePorts, startProbe } from './probe.ts';
import { type SeriesTable, SourceTable } from './series.ts';
import {
  type AgentSettings,
  type ExporterSettings,
  exporterSettings,
  type PluginSettings,
} from './settings.ts';

type ProbeSettings = Pick<
  AgentSettings,
  'exporters' | 'findExporters' | 'exporterSeriesMax' | 'plugins'
>;

export interface ProbesPorts extends ProbePorts {
  readonly hostName: string;
  readonly table: SeriesTable;
  readonly log: Log;
}

/** @throws InputError `probe-twice` when two would have the same series; none has been started then */
export function startProbes(settings: ProbeSettings, ports: ProbesPorts): Cancel {
  const { clock, log, table } = ports;
  const { exporterSeriesMax: seriesMax } = settings;
  const stops: Cancel[] = [];
  const start = (probe: Probe) =>
    stops.push(startProbe(probe, new Health(probe.name, ports), ports));
  const open = (given: ExporterSettings) => {
    const options = { ...exporterOptions(given, ports.hostName), seriesMax };
    return new Exporter(options, { table: new SourceTable(table), nowMs: () => clock.nowMs() });
  };
  assertDifferent(settings);
  for (const given of settings.exporters) start(open(given));
  for (const given of settings.plugins) {
    start(new Plugin(pluginOptions(given), new SourceTable(table)));
  }
  if (settings.findExporters) {
    const taken = new Set(settings.exporters.map(({ url }) => portOf(url)));
    const finder = new Finder({
      table: new SourceTable(table),
      candidates: WELL_KNOWN.filter(({ port }) => !taken.has(port)),
      found({ name }, url) {
        log.info('exporter-found', { name, url });
        start(open({ ...defaultsOf(exporterSettings), url, name }));
      },
    });
    start(finder);
  }
  return () => {
    for (const stop of stops) stop();
  };
}

function exporterOptions(
  { url, name, intervalSeconds, include, exclude }: ExporterSettings,
  hostName: string,
): Omit<ExporterOptions, 'seriesMax'> {
  const port = portOf(url);
  const job = name || nameOfPort(port);
  const instance = `${hostName}:${port}`;
  const source = `${job}:${port}`;
  return { url, job, instance, source, everySeconds: intervalSeconds, include, exclude };
}

function pluginOptions({
  command,
  name,
  intervalSeconds: everySeconds,
  timeoutSeconds,
}: PluginSettings): PluginOptions {
  return { command, name: name || nameOfCommand(command), everySeconds, timeoutSeconds };
}

function portOf(url: string): number {
  return Number(new URL(url).port || 80);
}

/** `load` for `/usr/lib/nagios/plugins/check_load -w 5,4,3` */
function nameOfCommand(command: string): string {
  return basename(command.split(' ')[0] ?? '').replace(/^check_/, '');
}

function assertDifferent({ exporters, plugins }: ProbeSettings): void {
  const names = [
    ...exporters.map((given) => exporterOptions(given, '').source),
    ...plugins.map((given) => `the plugin ${pluginOptions(given).name}`),
  ];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new InputError(
    'probe-twice',
    `two of agent.exporters and agent.plugins would be ${twice}. Give one of them another name.`,
    { field: 'name' },
  );
}
