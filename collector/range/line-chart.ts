import { Canvas, type Point } from './canvas.ts';
import { drawText, type Lettering, textWidth } from './lettering.ts';
import { LINE_COLOURS } from './line-colours.ts';
import type { RangeTable } from './table.ts';

/** A limit that a rule sets. */
export interface Bound {
  readonly value: number;
  /** Where the values are that it does not want. */
  readonly side: 'above' | 'below' | 'at';
}

/** Pixels on the page, which are two by two in the picture: screens of phones and notebooks show them. */
export const CHART_SIZE = { width: 620, height: 210 } as const;
const SHARPNESS = 2;
const SIZE = { width: CHART_SIZE.width * SHARPNESS, height: CHART_SIZE.height * SHARPNESS };
const PLOT = { left: 116, right: SIZE.width - 24, top: 20, bottom: SIZE.height - 54 } as const;

/** Colours of the page's light theme: `ui/style/tokens.css`. */
const INKS = { grid: '#D9DFE6', dim: '#4A5665', critical: '#B0122B' } as const;
const GRID = 0;
const DIM = 1;
const CRITICAL = 2;
const FIRST_LINE = 3;

const LABEL: Lettering = { scale: 2.7, ink: DIM, thickness: 2.1 };
const LABEL_HEIGHT = 6 * LABEL.scale;

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 90].map((count) => count * DAY),
];
/** Pixels: of a line, and of a value that is alone between gaps. */
const LINE = 3.2;
const DOT = 8;

const TIME_TICKS_MAX = 8;
const VALUE_TICKS = 4;
/** What differs by less than this share of itself is noise of floating point. */
const FLAT = 1e-9;

interface Scale {
  readonly min: number;
  readonly max: number;
  /** Between marks of the axis. */
  readonly tick: number;
}

/**
 * A line chart as PNG, for mails. Unknown values interrupt a line; times are UTC. Titles are not drawn: they are text beside it.
 * @param table of finite values; columns beyond the LINE_COLOURS and `units` are not drawn
 */
export function drawLineChart(table: RangeTable, bound?: Bound): Buffer {
  const canvas = new Canvas(SIZE, [...Object.values(INKS), ...LINE_COLOURS]);
  const scale = scaleOf(table, bound);
  if (bound) shadeUnwanted(canvas, bound, scale);
  drawValueAxis(canvas, scale);
  drawTimeAxis(canvas, table);
  if (bound) drawBound(canvas, yOf(bound.value, scale));
  for (const [index, { values }] of table.columns.slice(0, LINE_COLOURS.length).entries()) {
    for (const points of piecesOf(values, scale))
      canvas.path(points, FIRST_LINE + index, points.length > 1 ? LINE : DOT);
  }
  return canvas.toPng();
}

/** Round limits around all values; zero is among them unless all values are far from it. */
function scaleOf({ columns }: RangeTable, bound: Bound | undefined): Scale {
  const known = columns.flatMap(({ values }) => values.filter((value) => value !== null));
  const shown = bound ? [...known, bound.value] : known;
  let low = shown.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let high = shown.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low > high) [low, high] = [0, 1];
  if (low > 0 && low < high / 2) low = 0;
  if (high < 0 && high > low / 2) high = 0;
  if (high - low <= Math.abs(high) * FLAT) {
    const margin = Math.abs(high) / 10 || 1;
    [low, high] = [low - margin, high + margin];
  }
  const tick = roundUp((high - low) / VALUE_TICKS);
  return { min: Math.floor(low / tick) * tick, max: Math.ceil(high / tick) * tick, tick };
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

function drawValueAxis(canvas: Canvas, scale: Scale): void {
  const { min, max, tick } = scale;
  const count = Math.round((max - min) / tick);
  for (let index = 0; index <= count; index++) {
    const y = Math.round(yOf(min + index * tick, scale)) + 0.5;
    canvas.line({ x: PLOT.left, y }, { x: PLOT.right, y }, GRID, 1);
    const text = formatTick(min + index * tick, tick);
    const x = PLOT.left - 14 - textWidth(text, LABEL);
    drawText(canvas, text, { x, y: y + LABEL_HEIGHT / 2 }, LABEL);
  }
}

function drawTimeAxis(canvas: Canvas, table: RangeTable): void {
  const { startS, endS } = spanOf(table);
  const count = (step: number) => (endS - startS) / step;
  const step = TIME_STEPS.find((each) => count(each) <= TIME_TICKS_MAX) ?? 365 * DAY;
  for (let timeS = Math.ceil(startS / step) * step; timeS <= endS; timeS += step) {
    const x = Math.round(PLOT.left + ((timeS - startS) / (endS - startS)) * plotWidth()) + 0.5;
    canvas.line({ x, y: PLOT.top }, { x, y: PLOT.bottom }, GRID, 1);
    const iso = new Date(timeS * 1000).toISOString();
    const text = step < DAY ? iso.slice(11, 16) : iso.slice(5, 10);
    const width = textWidth(text, LABEL);
    const left = Math.min(x - width / 2, SIZE.width - width - 4);
    drawText(canvas, text, { x: left, y: PLOT.bottom + 16 + LABEL_HEIGHT }, LABEL);
  }
}

function shadeUnwanted(canvas: Canvas, { value, side }: Bound, scale: Scale): void {
  if (side === 'at') return;
  const y = yOf(value, scale);
  const [top, bottom] = side === 'above' ? [PLOT.top, y] : [y, PLOT.bottom];
  canvas.fill({ x: PLOT.left, y: top }, { x: PLOT.right, y: bottom }, CRITICAL, 1 / 15);
}

/** Dashes of 12 pixels, 8 apart. */
function drawBound(canvas: Canvas, y: number): void {
  for (let x = PLOT.left; x < PLOT.right; x += 20) {
    canvas.line({ x, y }, { x: Math.min(x + 12, PLOT.right), y }, CRITICAL, 2.4);
  }
}

/** Lines between the gaps. */
function piecesOf(values: readonly (number | null)[], scale: Scale): readonly (readonly Point[])[] {
  const pieces: Point[][] = [];
  const stepX = plotWidth() / Math.max(1, values.length - 1);
  let previous: number | null = null;
  for (const [row, value] of values.entries()) {
    if (value !== null) {
      if (previous === null) pieces.push([]);
      pieces.at(-1)?.push({ x: PLOT.left + row * stepX, y: yOf(value, scale) });
    }
    previous = value;
  }
  return pieces;
}

function spanOf({ startS, stepSeconds, columns }: RangeTable) {
  const rows = columns[0]?.values.length ?? 0;
  return { startS, endS: startS + Math.max(1, rows - 1) * stepSeconds };
}

function plotWidth(): number {
  return PLOT.right - PLOT.left;
}

function yOf(value: number, { min, max }: Scale): number {
  return PLOT.bottom - ((value - min) / (max - min)) * (PLOT.bottom - PLOT.top);
}

/** `1.5k`: no more digits than tell two marks apart. */
function formatTick(value: number, tick: number): string {
  const size = Math.max(Math.abs(value), tick);
  if (value !== 0 && (size < 1e-3 || size >= 1e18)) return value.toExponential(0);
  const [factor, letter] = PREFIXES.find(([factor]) => size >= factor) ?? [1, ''];
  return value === 0 ? '0' : `${Number((value / factor).toPrecision(4))}${letter}`;
}

const PREFIXES = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;
