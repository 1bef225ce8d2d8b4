import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MetricInfo, TextValue } from '../../wire/http.ts';
import { SLOPES, VALUE_TYPES, type ValueType } from '../../wire/metric.ts';
import { type Client, clientOf } from '../client.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { sendMetric } from '../metric-send.ts';
import { formatTable, print, printJson } from '../output.ts';

const SEND_EXAMPLES = `
Examples:
  clustermon metric send room_temperature 21.5 --units C
  clustermon metric send backup_age 3600 --type uint --units s --label job=home --tmax 3600 --dmax 86400
  clustermon metric send firmware "2.1.7" --type string`;

export function register(program: Command): void {
  const metric = program.command('metric').description('metrics: list, read, send your own');

  metric
    .command('list')
    .description('every metric that some host has')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const metrics = await clientOf(command).get<readonly MetricInfo[]>('/api/metrics');
      if (json) printJson(metrics);
      else print(listOf(metrics));
    });

  metric
    .command('get <name>')
    .description('the present value of a metric on every host, or on one')
    .option('--host <name>', 'this host only')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { host?: string; json?: boolean }, command: Command) => {
      const rows = await newestValues(clientOf(command), name, options.host);
      if (rows.length === 0) {
        const whose = options.host === undefined ? 'no host has a' : `${options.host} has no`;
        throw new CommandError(EXIT.failed, `${whose} value of ${name} (clustermon metric list)`);
      }
      if (options.json) printJson(rows);
      else print(tableOf(rows));
    });

  metric
    .command('send <name> <value>')
    .description("send a value of your own through this host's agent, as gmetric does")
    .addOption(
      new Option('--type <type>', 'type of the value, by our name or by that of gmetric')
        .choices([...VALUE_TYPES, ...Object.keys(GMETRIC_TYPES)])
        .default('float'),
    )
    .option('--units <text>', 'unit, such as C or bytes/sec')
    .addOption(new Option('--slope <slope>', 'how the value moves').choices(SLOPES).default('both'))
    .option('--label <name=value>', 'label of the series; may be repeated', addLabel, {})
    .option(
      '--tmax <seconds>',
      'seconds between two values; four times as long it is believed',
      seconds,
      60,
    )
    .option('--dmax <seconds>', 'seconds after which the series goes; 0 = never', seconds, 0)
    .option('--group <name>', 'group on the page')
    .option('--title <text>', 'title on the page')
    .option('--description <text>', 'what it measures')
    .addHelpText('after', SEND_EXAMPLES)
    .action(async (name: string, text: string, options: SendOptions, command: Command) => {
      const { label, ...rest } = options;
      const type = GMETRIC_TYPES[options.type] ?? options.type;
      const fields = { name, value: numberOrText(text, type), labels: label, ...rest, type };
      const { agent } = loadConfiguration(command.optsWithGlobals<ConfigurationOptions>());
      await sendMetric(agent.data, fields);
    });
}

/** gmetric's whole numbers: scripts that were written for it keep their `--type`. */
const GMETRIC_TYPES: Readonly<Record<string, ValueType>> = {
  int8: 'int',
  uint8: 'uint',
  int16: 'int',
  uint16: 'uint',
  int32: 'int',
  uint32: 'uint',
};

interface SendOptions {
  readonly type: string;
  readonly label: Readonly<Record<string, string>>;
}

/** The agent judges what is sound; here a number only stops being a text. */
function numberOrText(text: string, type: string): number | string {
  if (type === 'string' || text.trim() === '') return text;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

function addLabel(
  pair: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const at = pair.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('a label is name=value.');
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
}

function seconds(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('whole seconds, such as 60.');
  return Number(text);
}

function listOf(metrics: readonly MetricInfo[]): string {
  const rows = metrics.map(({ name, units, group, hostCount, labelNames, title }) => [
    name,
    group,
    units || undefined,
    hostCount,
    labelNames.join(',') || undefined,
    title,
  ]);
  return formatTable(['NAME', 'GROUP', 'UNITS', 'HOSTS', 'LABELS', 'TITLE'], rows);
}

/** The newest value of one series: what a query gives, or a text. */
type ValueRow = Omit<TextValue, 'value'> & { readonly value: number | string };

/** What Prometheus' API answers to an instant query. */
interface VectorAnswer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** Newest values of a metric on every host, or on one. Queries know numbers alone, so texts are asked for by themselves. */
export async function newestValues(
  client: Pick<Client, 'get'>,
  name: string,
  host: string | undefined,
): Promise<readonly ValueRow[]> {
  const selector = host === undefined ? '' : `host=${JSON.stringify(host)},`;
  const query = `{${selector}__name__=${JSON.stringify(name)}}`;
  const answer = await client.get<VectorAnswer>('/api/v1/query', { query });
  if (answer.data.result.length === 0) {
    const texts = await client.get<readonly TextValue[]>('/api/texts', { metric: name });
    return texts.filter((text) => host === undefined || text.host === host);
  }
  return answer.data.result.map(({ metric, value }) => {
    const { __name__: _, host: of = '', ...labels } = metric;
    return { host: of, labels, value: Number(value[1]) };
  });
}

function tableOf(rows: readonly ValueRow[]): string {
  const cells = rows.map(({ host, labels, value }) => [
    host,
    Object.entries(labels)
      .map(([label, text]) => `${label}=${text}`)
      .join(' ') || undefined,
    value,
  ]);
  return formatTable(['HOST', 'LABELS', 'VALUE'], cells);
}
