/** The graph of an alert, as it is drawn in a query thread. */
import { evaluateInstant, evaluateRange, type MatrixSeries, prepare } from '../query/engine.ts';
import { type Labels, METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import { print } from '../query/print.ts';
import type { SampleSource } from '../query/source.ts';
import { CHART_SIZE, drawLineChart } from '../range/line-chart.ts';
import { LINE_COLOURS } from '../range/line-colours.ts';
import { narrowed } from './narrow.ts';
import { type Watched, watchedOf } from './watched.ts';

export interface AlertGraphRequest {
  /** Of the rule. */
  readonly expr: string;
  readonly forMs: number;
  /** Of the sample that made the alert, without its name. */
  readonly labels: Readonly<Record<string, string>>;
  /** The right end, ms since the epoch. */
  readonly endMs: number;
}

export interface DrawnGraph {
  /** PNG in base64. */
  readonly png: string;
  /** Pixels of the page that it covers. */
  readonly width: number;
  readonly height: number;
  /** `n042: load_one` */
  readonly title: string;
  /** Its times and the bound. */
  readonly caption: string;
  readonly lines: readonly DrawnLine[];
}

export interface DrawnLine {
  /** `#0072B2` */
  readonly colour: string;
  /** `last 9.2, min 0.4, max 12.1`, behind what tells it from other lines. */
  readonly text: string;
}

export interface AlertGraphPorts {
  readonly source: SampleSource;
  readonly isCanceled: () => boolean;
}

const SPAN_MIN_MS = 3_600_000;
/** A rule that waits longer is shown with what was before. */
const SPANS_OF_FOR = 6;
/** Points of a line at most: one per five pixels of the picture. */
const POINTS_MAX = 240;
const LINES_MAX = 4;

/** A line: what is known at each step, oldest first; null = unknown. */
interface Line {
  readonly labels: Labels;
  readonly values: readonly (number | null)[];
}

interface Steps {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/**
 * Draws what the alert's rule watches, for the alert's series, over the hour before or six times the rule's `for`.
 * @returns null when there is nothing to draw
 * @throws QueryError
 */
export function drawAlertGraph(
  request: AlertGraphRequest,
  ports: AlertGraphPorts,
): DrawnGraph | null {
  const steps = stepsOf(request);
  for (const watched of watchedOf(request.expr)) {
    const lines = linesOf(watched.expr, request.labels, steps, ports);
    if (lines.length > 0) return draw(watched, lines, { ...request, steps }, ports);
  }
  return null;
}

function stepsOf({ endMs, forMs }: AlertGraphRequest): Steps {
  const spanMs = Math.max(SPAN_MIN_MS, SPANS_OF_FOR * forMs);
  const stepMs = Math.ceil(spanMs / POINTS_MAX / 1000) * 1000;
  const lastMs = Math.floor(endMs / 1000) * 1000;
  return { startMs: lastMs - Math.floor(spanMs / stepMs) * stepMs, endMs: lastMs, stepMs };
}

/** Series that have all labels of the alert's sample; they may have more, where the condition drops some. */
function linesOf(
  expr: string,
  wanted: AlertGraphRequest['labels'],
  steps: Steps,
  ports: AlertGraphPorts,
): readonly Line[] {
  const less = print(narrowed(parseSyntax(expr), wanted));
  const { value } = evaluateRange(prepare(less), { ...ports, ...steps });
  if (value.type !== 'matrix') return [];
  return value.series
    .filter(({ labels }) =>
      Object.entries(wanted).every(([name, text]) => labels.get(name) === text),
    )
    .slice(0, LINES_MAX)
    .map((series) => ({ labels: series.labels, values: valuesAt(series, steps) }))
    .filter(({ values }) => values.some((each) => each !== null));
}

function valuesAt(series: MatrixSeries, { startMs, endMs, stepMs }: Steps): (number | null)[] {
  const values = new Array<number | null>(Math.floor((endMs - startMs) / stepMs) + 1).fill(null);
  for (const [index, value] of series.values.entries()) {
    const row = ((series.timesMs[index] as number) - startMs) / stepMs;
    if (Number.isFinite(value)) values[row] = value;
  }
  return values;
}

function draw(
  { expr, bound }: Watched,
  lines: readonly Line[],
  { labels, steps }: AlertGraphRequest & { readonly steps: Steps },
  { source }: AlertGraphPorts,
): DrawnGraph {
  const limit = bound ? scalarAt(bound.expr, steps.endMs, source) : undefined;
  const table = {
    startS: steps.startMs / 1000,
    stepSeconds: steps.stepMs / 1000,
    units: '',
    columns: lines.map(({ values }) => ({ title: '', values })),
  };
  const png = drawLineChart(
    table,
    bound && limit !== undefined ? { value: limit, side: bound.side } : undefined,
  );
  const where = labels['host'] ?? labels['instance'];
  return {
    png: png.toString('base64'),
    ...CHART_SIZE,
    title: where ? `${where}: ${expr}` : expr,
    caption: captionOf(steps, limit),
    lines: lines.map((line, index) => ({
      colour: LINE_COLOURS[index] as string,
      text: `${lines.length > 1 ? `${distinction(line.labels, labels)} ` : ''}${numbersOf(line)}`,
    })),
  };
}

/** @returns undefined when it is no finite number */
function scalarAt(expr: string, timeMs: number, source: SampleSource): number | undefined {
  const { value } = evaluateInstant(prepare(expr), { source, timeMs });
  return value.type === 'scalar' && Number.isFinite(value.value) ? value.value : undefined;
}

function captionOf({ startMs, endMs }: Steps, limit: number | undefined): string {
  const [from, to] = [startMs, endMs].map((timeMs) =>
    new Date(timeMs).toISOString().slice(0, 16).replace('T', ' '),
  ) as [string, string];
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  const threshold = limit === undefined ? '' : `, threshold ${formatNumber(limit)}`;
  return `${from} to ${isSameDay ? to.slice(11) : to} UTC${threshold}`;
}

/** The labels that a line has beside those of the alert. */
function distinction(labels: Labels, shared: AlertGraphRequest['labels']): string {
  return labels.without(new Set([METRIC_NAME, ...Object.keys(shared)])).toString();
}

function numbersOf({ values }: Line): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1) as number;
  return `last ${formatNumber(last)}, min ${formatNumber(Math.min(...known))}, max ${formatNumber(Math.max(...known))}`;
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
