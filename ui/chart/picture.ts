/** A chart as a picture that can stand alone: with its title, its legend, and the ground of its theme. */
import type { Colours } from '../data/theme.ts';
import type { Line } from './plot.ts';
import { sizeCanvas } from './sparkline.ts';

export interface PictureParts {
  /** The canvas of the plot: lines and axes over nothing. */
  readonly plot: HTMLCanvasElement;
  readonly title: string;
  /** Those that the legend names. */
  readonly lines: readonly Line[];
}

/** CSS pixels. */
const MARGIN = 12;
const HEAD = 24;
const ENTRY_HEIGHT = 18;
const SWATCH = 10;
/** Of the swatch of a dashed line: where each begins, and how long it is. */
const DASHES = [
  [0, 4],
  [6, 4],
] as const;
const GAP = 6;
const FONT = '12px system-ui, sans-serif';

export function chartPicture(
  { plot, title, lines }: PictureParts,
  theme: Colours,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const [width, height] = [plot.width / devicePixelRatio, plot.height / devicePixelRatio];
  const entries = placeEntries(canvas.getContext('2d')!, lines, width);
  const foot = entries.length === 0 ? 0 : entries.at(-1)!.y + ENTRY_HEIGHT;
  const top = MARGIN + HEAD;
  const ctx = sizeCanvas(canvas, width + 2 * MARGIN, top + height + foot + MARGIN);
  ctx.fillStyle = theme.panel;
  ctx.fillRect(0, 0, width + 2 * MARGIN, top + height + foot + MARGIN);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = theme.text;
  ctx.font = `600 ${FONT}`;
  ctx.fillText(title, MARGIN, MARGIN + HEAD / 2, width);
  ctx.drawImage(plot, MARGIN, top, width, height);
  ctx.font = FONT;
  for (const { line, x, y } of entries) {
    const middle = top + height + y + ENTRY_HEIGHT / 2;
    ctx.fillStyle = line.colour(theme);
    for (const [from, length] of line.dash ? DASHES : [[0, SWATCH] as const])
      ctx.fillRect(MARGIN + x + from, middle - 1.5, length, 3);
    ctx.fillStyle = theme.dim;
    ctx.fillText(line.name, MARGIN + x + SWATCH + GAP, middle, width - SWATCH - GAP);
  }
  return canvas;
}

interface Entry {
  readonly line: Line;
  /** From the left end of the plot, and from its lower edge. */
  readonly x: number;
  readonly y: number;
}

/** As many beside each other as fit. */
function placeEntries(
  ctx: CanvasRenderingContext2D,
  lines: readonly Line[],
  width: number,
): Entry[] {
  ctx.font = FONT;
  let [x, y] = [0, 0];
  return lines.map((line) => {
    const needed = SWATCH + GAP + ctx.measureText(line.name).width;
    if (x > 0 && x + needed > width) [x, y] = [0, y + ENTRY_HEIGHT];
    const entry = { line, x, y };
    x += needed + 2 * GAP;
    return entry;
  });
}
