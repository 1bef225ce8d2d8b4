/** What is drawn over the lines of a chart: events as ticks at the foot, and the hatched region where a host said nothing. */
import type uPlot from 'uplot';
import type { Colours } from '../data/theme.ts';

export interface Mark {
  readonly timeS: number;
  readonly kind: 'alert' | 'event';
}

export interface NoData {
  readonly fromS: number;
  /** `no data since 10:02 · n042 down` */
  readonly text: string;
}

const HATCH_PX = 7;

export function drawMarks(
  chart: uPlot,
  colours: Colours,
  marks: readonly Mark[],
  noData: NoData | null,
): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  if (noData) drawNoData(chart, colours, noData);
  for (const mark of marks) drawMark(chart, mark, colours);
  ctx.restore();
}

function drawMark({ ctx, bbox, valToPos }: uPlot, mark: Mark, colours: Colours): void {
  const x = valToPos(mark.timeS, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const ratio = devicePixelRatio;
  const foot = bbox.top + bbox.height;
  ctx.fillStyle = mark.kind === 'alert' ? colours.crit : colours.busy;
  ctx.globalAlpha = 0.35;
  ctx.fillRect(Math.round(x), bbox.top, ratio, bbox.height);
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.moveTo(x - 4 * ratio, foot);
  ctx.lineTo(x + 4 * ratio, foot);
  ctx.lineTo(x, foot - 6 * ratio);
  ctx.fill();
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
