/** What is drawn over the lines of a chart: what happened as marks at the foot, and the hatched region where a host said nothing. */
import type uPlot from 'uplot';
import type { Colours } from '../data/theme.ts';
import type { Happening, HappeningKind } from '../lib/happenings.ts';

export interface NoData {
  readonly fromS: number;
  /** `no data since 10:02 · n042 down` */
  readonly text: string;
}

const HATCH_PX = 7;
/** Half the width of a mark. */
const MARK_PX = 3.5;
/** Each mark has a line up through the chart, unless there are more than one to so many pixels: they would hide what they cross. */
const LINE_ROOM_PX = 12;

interface Look {
  readonly colour: (colours: Colours) => string;
  /** The outline about (x, y), `r` to each side. */
  readonly trace: (ctx: CanvasRenderingContext2D, x: number, y: number, r: number) => void;
}

/** Told apart by colour and by shape. */
const LOOKS: Readonly<Record<HappeningKind, Look>> = {
  alert: { colour: ({ crit }) => crit, trace: square },
  warning: { colour: ({ warn }) => warn, trace: square },
  install: { colour: ({ ok }) => ok, trace: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI) },
  state: { colour: ({ busy }) => busy, trace: polygon([0, -1, 1, 1, -1, 1]) },
  change: { colour: ({ dim }) => dim, trace: polygon([-1, -1, 1, -1, 0, 1]) },
  note: { colour: ({ focus }) => focus, trace: polygon([0, -1.2, 1.2, 0, 0, 1.2, -1.2, 0]) },
};

function square(ctx: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  ctx.rect(x - r, y - r, 2 * r, 2 * r);
}

/** @param corners x and y by turns, in units of the mark's size */
function polygon(corners: readonly number[]): Look['trace'] {
  return (ctx, x, y, r) => {
    for (let at = 0; at < corners.length; at += 2)
      ctx.lineTo(x + corners[at]! * r, y + corners[at + 1]! * r);
    ctx.closePath();
  };
}

/** The look of a mark as text, for tooltips. */
export const GLYPHS: Readonly<Record<HappeningKind, string>> = {
  alert: '■',
  warning: '■',
  install: '●',
  state: '▲',
  change: '▼',
  note: '◆',
};

export function colourOf(kind: HappeningKind, colours: Colours): string {
  return LOOKS[kind].colour(colours);
}

/** A window of time that somebody marked. */
export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

export interface Overlay {
  readonly happenings: readonly Happening[];
  readonly noData: NoData | null;
  readonly span: Span | null;
}

export function drawOverlay(chart: uPlot, colours: Colours, overlay: Overlay): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  if (overlay.span) drawSpan(chart, colours, overlay.span);
  if (overlay.noData) drawNoData(chart, colours, overlay.noData);
  drawHappenings(chart, colours, overlay.happenings);
  ctx.restore();
}

function drawSpan({ ctx, bbox, valToPos }: uPlot, colours: Colours, { fromS, toS }: Span): void {
  const [left, right] = [valToPos(fromS, 'x', true), valToPos(toS, 'x', true)];
  ctx.fillStyle = `${colours.focus}26`;
  ctx.fillRect(left, bbox.top, right - left, bbox.height);
  ctx.fillStyle = colours.focus;
  for (const x of [left, right])
    ctx.fillRect(Math.round(x), bbox.top, devicePixelRatio, bbox.height);
}

interface Mark {
  /** Device pixels of the canvas. */
  readonly x: number;
  readonly look: Look;
}

function drawHappenings(chart: uPlot, colours: Colours, happenings: readonly Happening[]): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const foot = bbox.top + bbox.height - MARK_PX * ratio - 1;
  const marks = marksOf(chart, happenings);
  const hasLines = marks.length * LINE_ROOM_PX * ratio <= bbox.width;
  for (const { x, look } of marks) {
    ctx.fillStyle = look.colour(colours);
    if (hasLines) {
      ctx.globalAlpha = 0.22;
      ctx.fillRect(x, bbox.top, ratio, bbox.height);
      ctx.globalAlpha = 1;
    }
    ctx.beginPath();
    look.trace(ctx, x, foot, MARK_PX * ratio);
    ctx.fill();
  }
}

/** Those in view; of many of a kind at one place the first: two hundred hosts that start together are one mark. */
function marksOf({ bbox, valToPos }: uPlot, happenings: readonly Happening[]): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { timeS, kind } of happenings) {
    const x = Math.round(valToPos(timeS, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const place = `${kind}${Math.round(x / (2 * devicePixelRatio))}`;
    if (!marks.has(place)) marks.set(place, { x, look: LOOKS[kind] });
  }
  return [...marks.values()];
}

function drawNoData(
  { ctx, bbox, valToPos }: uPlot,
  colours: Colours,
  { fromS, text }: NoData,
): void {
  const right = bbox.left + bbox.width;
  const left = Math.max(bbox.left, valToPos(fromS, 'x', true));
  if (left >= right) return;
  const ratio = devicePixelRatio;
  const height = bbox.height;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, height);
  ctx.clip();
  ctx.strokeStyle = colours.border;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  for (let x = left - height; x < right; x += HATCH_PX * ratio) {
    ctx.moveTo(x, bbox.top + height);
    ctx.lineTo(x + height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
  drawText(ctx, colours, { text, left, right, middle: bbox.top + 10 * ratio });
}

/** Along the top, where it hides the least: in the middle of the region, or to its right edge when that is too narrow. */
function drawText(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  at: { text: string; left: number; right: number; middle: number },
): void {
  const ratio = devicePixelRatio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const width = ctx.measureText(at.text).width;
  const room = at.right - at.left;
  const x = room > width + 12 * ratio ? at.left + (room - width) / 2 : at.right - width - 8 * ratio;
  ctx.fillStyle = colours.panel;
  ctx.fillRect(x - 5 * ratio, at.middle - 9 * ratio, width + 10 * ratio, 18 * ratio);
  ctx.fillStyle = colours.dim;
  ctx.fillText(at.text, x, at.middle);
}
