import { isScalar, Scalar } from 'yaml';
import { reasonOf } from '../../base/errors.ts';
import type { Panel, View, ViewCheck, ViewQuery, ViewRow, ViewVariable } from '../../wire/views.ts';
import { checkTypes } from '../query/check.ts';
import { parseDurationMs } from '../query/duration.ts';
import { QueryError } from '../query/errors.ts';
import { parseSyntax } from '../query/parse.ts';
import { type Part, ViewReader } from './view-reader.ts';

/** Larger files are refused: a view is read by people. */
export const VIEW_LENGTH_MAX = 256 * 1024;
/** More would be no view any more; each of them asks the collector something. */
const PANELS_MAX = 200;
const QUERIES_MAX = 20;
const VARIABLES_MAX = 8;

const VIEW_FIELDS = ['title', 'description', 'range', 'variables', 'rows', 'panels'] as const;
const ROW_FIELDS = ['title', 'height', 'panels'] as const;
const QUERY_FIELDS = ['expr', 'metric', 'host', 'name', 'units'] as const;
const PANEL_TYPES = ['chart', 'band', 'strip', 'table', 'value', 'text'] as const;
const FRAME_FIELDS = ['type', 'title', 'description', 'width', 'height'] as const;
const THRESHOLD_FIELDS = ['warning', 'critical'] as const;
/** Besides FRAME_FIELDS. */
const FIELDS_OF_TYPE = {
  chart: [...QUERY_FIELDS, ...THRESHOLD_FIELDS, 'lines', 'style', 'min', 'max', 'limit'],
  band: ['metric'],
  strip: QUERY_FIELDS,
  table: [...QUERY_FIELDS, ...THRESHOLD_FIELDS, 'columns', 'limit'],
  value: [...QUERY_FIELDS, ...THRESHOLD_FIELDS, 'values'],
  text: ['text'],
} as const;

const HEIGHT_DEFAULT = 170;
const HEIGHT_MIN = 40;
const HEIGHT_MAX = 2_000;
const LINES_DEFAULT = 12;
const LINES_MAX = 50;
const ROWS_DEFAULT = 10;
const ROWS_MAX = 1_000;
const TEXT_MAX = 20_000;
const EXPRESSION_MAX = 10_000;

type Fields = Partial<Record<string, Part>>;

/** Reads a view. Never throws: what is wrong is in `problems`, and `view` is null then. */
export function parseView(text: string): ViewCheck {
  if (text.length > VIEW_LENGTH_MAX) {
    const message = `the file is larger than ${VIEW_LENGTH_MAX / 1024} KiB; split it into several views`;
    return { view: null, problems: [{ line: 0, column: 0, field: '', message }] };
  }
  const reader = new ViewReader(text);
  if (!reader.isReadable) return { view: null, problems: reader.problems };
  const view = new ViewParser(reader).read();
  const problems = reader.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return problems.length === 0 ? { view, problems } : { view: null, problems };
}

class ViewParser {
  readonly #reader: ViewReader;
  #variables: readonly ViewVariable[] = [];
  #panels = 0;

  constructor(reader: ViewReader) {
    this.#reader = reader;
  }

  read(): View {
    const { root } = this.#reader;
    const fields = this.#reader.fields(root, 'a view', VIEW_FIELDS);
    this.#variables = this.#readVariables(fields.variables);
    if (fields.title === undefined) this.#reader.fail(root, 'a view needs a title');
    if (!fields.rows === !fields.panels)
      this.#reader.fail(root, 'a view needs either rows (lists of panels) or panels');
    const rows = fields.panels
      ? [{ title: '', panels: this.#readPanels(fields.panels, HEIGHT_DEFAULT) }]
      : this.#reader.list(fields.rows, 'rows').map((row) => this.#readRow(row));
    if (this.#panels > PANELS_MAX)
      this.#reader.fail(root, `a view may have ${PANELS_MAX} panels, this one has ${this.#panels}`);
    return {
      title: this.#reader.text(fields.title, 100) ?? '',
      description: this.#reader.text(fields.description) ?? '',
      range: this.#readRange(fields.range),
      variables: this.#variables,
      rows,
    };
  }

  #readRange(part: Part | undefined): string | null {
    const text = this.#reader.text(part);
    if (part === undefined || text === undefined) return null;
    if (!/^\d{1,9}[smhdwy]$/.test(text) || !parseDurationMs(text))
      this.#reader.fail(part, 'must be a length of time such as 15m, 6h or 7d');
    return text;
  }

  #readVariables(part: Part | undefined): ViewVariable[] {
    if (part === undefined) return [];
    const entries = this.#reader.entries(part, 'variables');
    if (entries.length > VARIABLES_MAX)
      this.#reader.fail(part, `a view may have ${VARIABLES_MAX} variables`);
    return entries.map(([name, value]) => {
      if (!/^[a-z_]\w*$/i.test(name))
        this.#reader.fail(value, 'names of variables are letters, digits and _');
      return { name, value: this.#reader.text(value) ?? '' };
    });
  }

  #readRow(part: Part): ViewRow {
    const fields = this.#reader.fields(part, 'a row', ROW_FIELDS);
    if (fields.panels === undefined) this.#reader.fail(part, 'a row needs panels');
    const height = this.#readHeight(fields.height) ?? HEIGHT_DEFAULT;
    const title = this.#reader.text(fields.title, 100) ?? '';
    return { title, panels: this.#readPanels(fields.panels, height) };
  }

  /** @param height of those that name none */
  #readPanels(part: Part | undefined, height: number): Panel[] {
    const panels = this.#reader.list(part, 'panels').flatMap((one) => this.#readPanel(one, height));
    this.#panels += panels.length;
    return withWidths(panels);
  }

  #readHeight(part: Part | undefined): number | undefined {
    return this.#reader.number(part, { min: HEIGHT_MIN, max: HEIGHT_MAX });
  }

  /** Its width is 0 where the file names none. */
  #readPanel(part: Part, rowHeight: number): Panel[] {
    const known = this.#typeOf(part);
    if (known === undefined) return [];
    const fields: Fields = this.#reader.fields(part, `a panel of type ${known}`, [
      ...FRAME_FIELDS,
      ...FIELDS_OF_TYPE[known],
    ]);
    const frame = {
      description: this.#reader.text(fields['description']) ?? '',
      width: this.#reader.number(fields['width'], { min: 1, max: 12 }) ?? 0,
      height: this.#readHeight(fields['height']) ?? rowHeight,
    };
    const given = this.#reader.text(fields['title'] ?? fields['metric'], 200);
    const queries = (several?: string) => this.#readQueries(part, fields, several);
    switch (known) {
      case 'chart': {
        const asked = queries('lines');
        const panel = {
          ...frame,
          title: given ?? titleOf(asked),
          type: known,
          style: this.#reader.choice(fields['style'], ['line', 'area', 'stack']) ?? 'line',
          queries: asked,
          min: this.#reader.number(fields['min']) ?? null,
          max: this.#reader.number(fields['max']) ?? null,
          limit: this.#reader.number(fields['limit'], { min: 1, max: LINES_MAX }) ?? LINES_DEFAULT,
          ...this.#readThresholds(fields),
        } as const;
        if (panel.min !== null && panel.max !== null && panel.min >= panel.max)
          this.#reader.fail(fields['max']!, `must be more than min, which is ${panel.min}`);
        return [panel];
      }
      case 'band': {
        const metric = this.#reader.text(fields['metric'], 200);
        if (metric === undefined) this.#reader.fail(part, 'a band needs the name of a metric');
        return [{ ...frame, title: given ?? metric ?? '', type: known, metric: metric ?? '' }];
      }
      case 'strip': {
        const asked = queries();
        return [{ ...frame, title: given ?? titleOf(asked), type: known, queries: asked }];
      }
      case 'table': {
        const asked = queries('columns');
        const limit = this.#reader.number(fields['limit'], { min: 1, max: ROWS_MAX });
        const thresholds = this.#readThresholds(fields);
        return [
          {
            ...frame,
            title: given ?? titleOf(asked),
            type: known,
            queries: asked,
            limit: limit ?? ROWS_DEFAULT,
            ...thresholds,
          },
        ];
      }
      case 'value': {
        const asked = queries('values');
        return [
          {
            ...frame,
            title: given ?? titleOf(asked),
            type: known,
            queries: asked,
            ...this.#readThresholds(fields),
          },
        ];
      }
      case 'text': {
        const text = this.#reader.text(fields['text'], TEXT_MAX);
        if (text === undefined && fields['text'] === undefined)
          this.#reader.fail(part, 'a panel of type text needs a text');
        return [{ ...frame, title: given ?? '', type: known, text: text ?? '' }];
      }
    }
  }

  /** Charts need not say that they are. */
  #typeOf(part: Part): (typeof PANEL_TYPES)[number] | undefined {
    const entry = this.#reader.entries(part, 'a panel').find(([name]) => name === 'type');
    if (entry) return this.#reader.choice(entry[1], PANEL_TYPES);
    return part.node === undefined || isScalar(part.node) ? undefined : 'chart';
  }

  #readThresholds(fields: Fields) {
    return {
      warning: this.#reader.number(fields['warning']) ?? null,
      critical: this.#reader.number(fields['critical']) ?? null,
    };
  }

  /** One query in the panel itself, or those of its list `several`. */
  #readQueries(panel: Part, fields: Fields, several = ''): ViewQuery[] {
    const list = fields[several];
    if (list === undefined) return this.#readQuery(panel, fields);
    for (const name of ['expr', 'metric', 'host', 'name'] as const)
      if (fields[name])
        this.#reader.fail(fields[name], `belongs into ${several}, or ${several} must go`);
    const items = this.#reader.list(list, 'expressions');
    if (items.length === 0 || items.length > QUERIES_MAX)
      this.#reader.fail(list, `must have 1 to ${QUERIES_MAX} expressions`);
    const units = this.#reader.text(fields['units'], 40) ?? null;
    return items.flatMap((item) =>
      this.#readQuery(item, this.#reader.fields(item, 'an expression', QUERY_FIELDS)).map(
        (query) => ({ ...query, units: query.units ?? units }),
      ),
    );
  }

  #readQuery(part: Part, fields: Fields): ViewQuery[] {
    const { expr, metric, host } = fields as Partial<Record<'expr' | 'metric' | 'host', Part>>;
    const name = this.#reader.text(fields['name'], 200) ?? null;
    const units = this.#reader.text(fields['units'], 40) ?? null;
    if (!expr === !metric) {
      this.#reader.fail(part, 'needs either expr (PromQL) or metric (a regular expression)');
      return [];
    }
    if (expr && host) this.#reader.fail(host, 'goes with metric; in expr write it as {host=~"…"}');
    const text = expr ? this.#reader.text(expr, EXPRESSION_MAX) : this.#selector(metric!, host);
    if (text === undefined) return [];
    this.#check(expr ?? metric!, text, expr !== undefined);
    return [{ expr: text, name, units }];
  }

  /** The series of metrics and hosts whose names match as a whole. */
  #selector(metric: Part, host: Part | undefined): string | undefined {
    const metrics = this.#reader.text(metric);
    const hosts = this.#reader.text(host) ?? '.*';
    if (metrics === undefined) return undefined;
    const isName = /^[a-zA-Z_:][\w:]*$/.test(metrics);
    if (isName && hosts === '.*') return metrics;
    const ofHosts = hosts === '.*' ? '' : `host=~${quoted(hosts)}`;
    if (isName) return `${metrics}{${ofHosts}}`;
    return `{__name__=~${quoted(metrics)}${ofHosts === '' ? '' : `, ${ofHosts}`}}`;
  }

  /** @param isExact the expression stands in the file as it is */
  #check(part: Part, expr: string, isExact: boolean): void {
    const filled = withVariables(expr, this.#variables);
    try {
      const tree = parseSyntax(filled);
      checkTypes(filled, tree);
    } catch (error) {
      const span = error instanceof QueryError ? error.span : undefined;
      const offset = isExact && filled === expr && span ? offsetIn(part, span.from) : 0;
      const reason = reasonOf(error).replace(/^\d+:\d+: parse error: /, '');
      this.#reader.fail(part, `is no PromQL: ${reason}`, offset);
    }
  }
}

/** Replaces `$name`; inside of a text in double quotes any value stays inside of it. */
function withVariables(expr: string, variables: readonly ViewVariable[]): string {
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  return expr.replace(/\$(\w+)/g, (whole, name: string) => {
    const value = values.get(name);
    return value === undefined ? whole : quoted(value).slice(1, -1);
  });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** How far a place of an expression is from the beginning of its YAML; 0 where the YAML has more than one line or escapes. */
function offsetIn({ node }: Part, place: number): number {
  if (!isScalar(node)) return 0;
  const source = String(node.value);
  if (source.includes('\n') || /["'\\]/.test(source)) return node.type === Scalar.PLAIN ? place : 0;
  return node.type === Scalar.PLAIN ? place : place + 1;
}

function titleOf(queries: readonly ViewQuery[]): string {
  return queries
    .map(({ expr, name }) => (name === null || name.includes('{{') ? expr : name))
    .join(', ');
}

/** Panels without a width share what the others leave, four at most beside each other. */
function withWidths(panels: readonly Panel[]): Panel[] {
  const free = panels.filter(({ width }) => width === 0).length;
  const taken = panels.reduce((sum, { width }) => sum + width, 0);
  const share = Math.floor((12 - taken) / Math.max(1, free));
  const width = share >= 3 ? share : 4;
  return panels.map((panel) => (panel.width === 0 ? { ...panel, width } : panel));
}
