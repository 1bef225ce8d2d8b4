/** Views of Ganglia's web front end (`conf/view_NAME.json`) as ours. */
import { stringify } from 'yaml';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { ImportedView } from '../../wire/views.ts';

type Json = Readonly<Record<string, unknown>>;
type YamlPanel = Record<string, unknown>;

/** Ganglia's sizes as columns of twelve and heights in pixels. */
const SIZES: Readonly<Record<string, readonly [width: number, height: number]>> = {
  small: [3, 120],
  medium: [4, 150],
  large: [6, 200],
  xlarge: [12, 260],
  xxlarge: [12, 340],
};
const SIZE_DEFAULT = 'medium';

/** What the reports that Ganglia ships draw: of one host, or of all that are meant, percent as mean and everything else as sum. */
const REPORTS: Readonly<
  Record<
    string,
    { title: string; units?: string; style?: string; lines: Readonly<Record<string, string>> }
  >
> = {
  load_report: {
    title: 'Load',
    lines: { '1 min': 'load_one', 'running processes': 'proc_run', CPUs: 'cpu_num' },
  },
  cpu_report: {
    title: 'CPU',
    units: '%',
    style: 'stack',
    lines: {
      user: 'cpu_user',
      nice: 'cpu_nice',
      system: 'cpu_system',
      wait: 'cpu_wio',
      steal: 'cpu_steal',
      idle: 'cpu_idle',
    },
  },
  mem_report: {
    title: 'Memory',
    units: 'KB',
    lines: {
      total: 'mem_total',
      available: 'mem_available',
      cached: 'mem_cached',
      buffers: 'mem_buffers',
    },
  },
  network_report: {
    title: 'Network',
    units: 'bytes/sec',
    lines: { in: 'bytes_in', out: 'bytes_out' },
  },
  packet_report: {
    title: 'Packets',
    units: 'packets/sec',
    lines: { in: 'pkts_in', out: 'pkts_out' },
  },
};

/** Values of fields that have no counterpart here, and why that is. */
const LEFT_OUT: readonly (readonly [field: string, pattern: RegExp, why: string])[] = [
  ['item_id', /./, 'names a report that is kept elsewhere'],
  ['sortit', /^(false|0)$/, 'lines are always sorted by value'],
  ['glegend', /^hide$/, 'the legend always shows'],
];

/**
 * @param json text of a `view_NAME.json`
 * @returns the view as YAML that `parseView` accepts, and what could not be carried over
 * @throws InputError `ganglia-view`
 * Source: ganglia-web, functions.php `get_view_graph_elements`, `build_aggregate_graph_config`
 */
export function importGangliaView(json: string): ImportedView {
  const view = parseJson(json);
  const title = textIn(view, 'view_name') ?? 'Imported view';
  const converter = new Converter(view);
  const items = Array.isArray(view['items']) ? view['items'] : Object.values(asJson(view['items']));
  const panels = items.flatMap((item, index) => converter.panel(asJson(item), index + 1));
  if (panels.length === 0)
    throw new InputError('ganglia-view', 'the view has no item that can be shown');
  const document = { title, description: 'Imported from Ganglia', panels };
  return {
    name: nameFrom(title),
    text: stringify(document, { lineWidth: 120 }),
    notes: converter.notes,
  };
}

function parseJson(json: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new InputError('ganglia-view', `this is no JSON: ${reasonOf(error)}`);
  }
  if (typeof value === 'object' && value !== null && 'items' in value) return value as Json;
  throw new InputError('ganglia-view', 'a view of Ganglia is an object with view_name and items');
}

class Converter {
  readonly notes: string[] = [];
  readonly #view: Json;
  readonly #isRegex: boolean;

  constructor(view: Json) {
    this.#view = view;
    this.#isRegex = view['view_type'] === 'regex';
    const parent = textIn(view, 'parent');
    if (parent !== undefined) this.notes.push(`its parent ${parent}: views have no tree here`);
    if (truthy(view['common_y_axis']))
      this.notes.push('common_y_axis: give the panels the same min and max where it matters');
  }

  panel(item: Json, number: number): YamlPanel[] {
    for (const [field, pattern, why] of LEFT_OUT)
      if (pattern.test(String(item[field] ?? ''))) this.#note(number, `${field}: ${why}`);
    const report = textIn(item, 'graph');
    const metric = textIn(item, 'metric');
    if (item['aggregate_graph'] !== undefined) return [this.#aggregate(item, metric)];
    if (metric !== undefined) return [this.#metric(item, metric)];
    const known = report === undefined ? undefined : REPORTS[report];
    if (known) return [this.#report(item, known)];
    this.#note(
      number,
      report === undefined
        ? 'has neither metric nor graph'
        : `the report ${report} is not known here`,
    );
    return [];
  }

  #note(number: number, text: string): void {
    this.notes.push(`item ${number}: ${text}`);
  }

  /** Ganglia's patterns match anywhere in a name, whatever its case. */
  #aggregate(item: Json, metric: string | undefined): YamlPanel {
    const metrics = regexesIn(item['metric_regex']);
    const hosts = regexesIn(item['host_regex']);
    const cluster = textIn(item, 'cluster');
    const selected = {
      metric: metrics.length > 0 ? anywhere(metrics) : (metric ?? '.*'),
      ...(hosts.length > 0 ? { host: anywhere(hosts) } : {}),
    };
    if (cluster !== undefined)
      this.notes.push(`cluster ${cluster}: all hosts here are one cluster`);
    const lineName = truthy(item['exclude_host_from_legend_label']) ? { name: '{{__name__}}' } : {};
    const style = textIn(item, 'graph_type') === 'stack' ? { style: 'stack' } : {};
    const title = { title: textIn(item, 'title') || `${metrics[0] ?? metric}` };
    return { ...title, ...selected, ...lineName, ...style, ...this.#looks(item) };
  }

  #metric(item: Json, metric: string): YamlPanel {
    const hosts = this.#hosts(item);
    const title = {
      title: textIn(item, 'title') ?? textIn(item, 'alias') ?? titleOf(metric, item),
    };
    const asked =
      hosts === '' ? { expr: `sum(${metric})`, name: metric } : { expr: metric + hosts };
    return { ...title, ...asked, ...this.#looks(item) };
  }

  #report(item: Json, { title, units, style, lines }: (typeof REPORTS)[string]): YamlPanel {
    const hosts = this.#hosts(item);
    const isOne = hosts !== '' && !this.#isRegex;
    return {
      title: textIn(item, 'title') ?? titleOf(title, item),
      lines: Object.entries(lines).map(([name, metric]) => ({
        name,
        expr: isOne ? metric + hosts : `${units === '%' ? 'avg' : 'sum'}(${metric}${hosts})`,
      })),
      ...(units === undefined ? {} : { units }),
      ...(style === undefined ? {} : { style }),
      ...this.#looks(item),
    };
  }

  /** Empty for the whole cluster. */
  #hosts(item: Json): string {
    const host = textIn(item, 'hostname');
    if (host === undefined) return '';
    const [operator, value] = this.#isRegex ? ['=~', `.*(?:${host}).*`] : ['=', host];
    return `{host${operator}${JSON.stringify(value)}}`;
  }

  #looks(item: Json): YamlPanel {
    const size = textIn(item, 'size') ?? textIn(this.#view, 'default_size') ?? SIZE_DEFAULT;
    const [width, height] = SIZES[size] ?? SIZES[SIZE_DEFAULT]!;
    const looks: YamlPanel = { width, height };
    const names = {
      lower_limit: 'min',
      upper_limit: 'max',
      warning: 'warning',
      critical: 'critical',
    } as const;
    for (const [theirs, ours] of Object.entries(names)) {
      const value = Number(item[theirs] ?? Number.NaN);
      if (item[theirs] !== '' && Number.isFinite(value)) looks[ours] = value;
    }
    const units = textIn(item, 'vertical_label');
    if (units !== undefined) looks['units'] = units;
    return looks;
  }
}

function titleOf(what: string, item: Json): string {
  const where = textIn(item, 'hostname') ?? textIn(item, 'cluster');
  return where === undefined ? what : `${where} ${what}`;
}

function anywhere(regexes: readonly string[]): string {
  return `(?i).*(?:${regexes.join('|')}).*`;
}

/** `[{"regex": "web"}, …]`, and what hand-written files have in its place. */
function regexesIn(value: unknown): string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.flatMap((one) =>
    typeof one === 'string' ? one : (textIn(asJson(one), 'regex') ?? []),
  );
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function textIn(json: Json, field: string): string | undefined {
  const value = json[field];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** PHP writes flags as true, 1, "1" and "true". */
function truthy(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

function nameFrom(title: string): string {
  const name = title
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 63);
  return name || 'imported';
}
