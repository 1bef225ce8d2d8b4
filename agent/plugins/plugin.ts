import { LIMITS } from '../../wire/metric.ts';
import { PassingSeries } from '../passing-series.ts';
import type { Probe } from '../probe.ts';
import type { SeriesSpec, SourceTable } from '../series.ts';
import { cutText } from '../texts.ts';
import { type PerformanceValue, readPluginOutput } from './plugin-output.ts';
import { runCommand } from './run-command.ts';

export interface PluginOptions {
  /** The label `plugin`. */
  readonly name: string;
  readonly command: string;
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
}

/** Values of one plugin; more are left out. */
const VALUES_MAX = 200;

/** The largest exit status that means something: OK, warning, critical, unknown. */
const STATUS_MAX = 3;

/** What is shown of a value besides itself, where the plugin tells it. */
const BESIDES: readonly [
  suffix: string,
  title: string,
  (value: PerformanceValue) => number | undefined,
][] = [
  ['warn', 'warns above', ({ warn }) => warn?.upper],
  ['warn_below', 'warns below', ({ warn }) => warn?.lower],
  ['critical', 'critical above', ({ critical }) => critical?.upper],
  ['critical_below', 'critical below', ({ critical }) => critical?.lower],
  ['min', 'smallest', ({ min }) => min],
  ['max', 'largest', ({ max }) => max],
];

/** A Nagios plugin: its exit status, its line of text, and its performance data as series. */
export class Plugin implements Probe {
  readonly name: string;
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
  readonly table: SourceTable;
  readonly #options: PluginOptions;
  readonly #status: number;
  readonly #text: number;
  readonly #performance: PassingSeries;

  constructor(options: PluginOptions, table: SourceTable) {
    const { name, everySeconds, timeoutSeconds } = options;
    this.name = `plugin:${name}`;
    this.everySeconds = everySeconds;
    this.timeoutSeconds = timeoutSeconds;
    this.table = table;
    this.#options = options;
    this.#status = this.table.add(this.#own(STATUS));
    this.#text = this.table.add(this.#own(TEXT));
    this.#performance = new PassingSeries(table);
  }

  /** @throws when the plugin cannot be run, is killed, or ends with a status that is none of a plugin */
  async run(signal: AbortSignal): Promise<void> {
    const { status = Number.NaN, output } = await runCommand(this.#options.command, signal);
    const { text, values } = readPluginOutput(output);
    if (!(status <= STATUS_MAX)) {
      const ended = Number.isNaN(status) ? 'was killed' : `ended with status ${status}`;
      throw new Error(`the plugin ${ended}; 0 to 3 are known. It said: ${text}`);
    }
    if (this.#status >= 0) this.table.numbers[this.#status] = status;
    if (this.#text >= 0) this.table.strings[this.#text] = cutText(text, LIMITS.stringValue);
    this.#show(values.slice(0, VALUES_MAX));
  }

  #show(values: readonly PerformanceValue[]): void {
    const show = (spec: SeriesSpec, value: number | undefined) => {
      if (value !== undefined) this.#performance.show(this.#own(spec), value);
    };
    for (const value of values) {
      const label = cutText(value.label, LIMITS.labelValue);
      const units = value.unit === 'c' ? '' : cutText(value.unit, LIMITS.units);
      const slope = value.unit === 'c' ? 'positive' : 'both';
      const spec = { group: 'plugin', type: 'double', units, labels: { label } } as const;
      show({ ...spec, name: 'plugin_value', title: 'Value of a plugin', slope }, value.value);
      for (const [suffix, words, read] of BESIDES) {
        const name = `plugin_value_${suffix}`;
        show({ ...spec, name, title: `Value of a plugin: ${words}` }, read(value));
      }
    }
    this.#performance.end();
  }

  /** The spec of a series of this plugin. */
  #own(spec: SeriesSpec): SeriesSpec {
    const labels = { plugin: this.#options.name, ...spec.labels };
    return { tmax: this.everySeconds, ...spec, labels };
  }
}

const STATUS: SeriesSpec = {
  name: 'plugin_status',
  group: 'plugin',
  title: 'Status of a plugin',
  description: '0 = OK, 1 = warning, 2 = critical, 3 = unknown',
  type: 'uint',
};

const TEXT: SeriesSpec = {
  name: 'plugin_text',
  group: 'plugin',
  title: 'Text of a plugin',
  type: 'string',
};
