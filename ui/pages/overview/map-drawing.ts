/** The rack map on its canvas: a cell per host, coloured by the lens, marked by state and alerts. */
import type { HostSummary, Severity } from '../../../wire/http.ts';
import type { Colours } from '../../data/theme.ts';
import { HEADING_HEIGHT, type MapLayout } from '../../lib/rack-map.ts';
import { type Domain, rampStep } from '../../lib/ramp.ts';
import { formatValue } from '../../lib/units.ts';

export interface MapPicture {
  readonly layout: MapLayout;
  /** In the order of the layout's cells. */
  readonly hosts: readonly HostSummary[];
  readonly value: (host: string) => number;
  readonly units: string;
  readonly domain: Domain;
  /** The worst firing alert of a host. */
  readonly severity: (host: string) => Severity | undefined;
  readonly isInstalling: (host: string) => boolean;
  readonly selected: ReadonlySet<string>;
  /** Cell under the pointer or the keyboard; -1 = none. */
  readonly current: number;
}

/** Cells narrower than these show less. */
const NAME_WIDTH_MIN = 30;
const VALUE_WIDTH_MIN = 62;
/** Of a letter, and between a name and its value. */
const LETTER_PX = 6.5;
const VALUE_GAP_PX = 7;
/** Behind the shape of an alert: the page's colour sets it off from any step of the ramp. */
const BADGE_WIDTH = 13;

/**
 * Draws the map and remembers what each cell looks like: a second later most of them look the same, and text is what canvas is slow at.
 */
export class MapPainter {
  /** Per cell, everything that its look depends on. */
  #looks: string[] = [];
  #layout: MapLayout | null = null;
  #colours: Colours | null = null;

  paint(ctx: CanvasRenderingContext2D, colours: Colours, picture: MapPicture): void {
    const { layout } = picture;
    ctx.textBaseline = 'middle';
    if (this.#layout !== layout || this.#colours !== colours) {
      this.#layout = layout;
      this.#colours = colours;
      this.#looks = [];
      ctx.clearRect(0, 0, layout.width, layout.height);
      drawHeadings(ctx, colours, layout);
    }
    ctx.font = `${layout.cellHeight >= 13 ? 10.5 : 9}px system-ui, sans-serif`;
    for (const [index, host] of picture.hosts.entries()) {
      const cell = cellOf(picture, host, index);
      const look = Object.values(cell).join();
      if (look === this.#looks[index]) continue;
      this.#looks[index] = look;
      const { x, y } = layout.cells[index]!;
      const box = { x, y, width: layout.cellWidth, height: layout.cellHeight };
      ctx.clearRect(x, y, box.width, box.height);
      drawCell(ctx, colours, cell, box);
    }
  }
}

interface Cell {
  readonly name: string;
  readonly state: HostSummary['state'];
  /** Of the ramp; -1 = no value to show. */
  readonly step: number;
  readonly text: string;
  readonly severity: Exclude<Severity, 'info'> | undefined;
  readonly isInstalling: boolean;
  readonly isFaded: boolean;
  readonly isCurrent: boolean;
}

/** Information is no mark: the map would be full of them. */
function markOf(severity: Severity | undefined): Cell['severity'] {
  return severity === 'info' ? undefined : severity;
}

function cellOf(picture: MapPicture, host: HostSummary, index: number): Cell {
  const { name, state } = host;
  const value = picture.value(name);
  const step = state === 'up' ? rampStep(value, picture.domain) : -1;
  return {
    name,
    state,
    step,
    text: step >= 0 ? cellText(value, picture.units) : wordOf(host),
    severity: markOf(picture.severity(name)),
    isInstalling: picture.isInstalling(name),
    isFaded: picture.selected.size > 0 && !picture.selected.has(name),
    isCurrent: index === picture.current,
  };
}

function drawHeadings(ctx: CanvasRenderingContext2D, colours: Colours, layout: MapLayout): void {
  ctx.font = '600 11px system-ui, sans-serif';
  ctx.textAlign = 'left';
  for (const { x, y, width, text, count } of layout.headings) {
    ctx.fillStyle = colours.dim;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, width, HEADING_HEIGHT);
    ctx.clip();
    ctx.fillText(text, x, y + HEADING_HEIGHT / 2 - 1);
    ctx.fillStyle = colours.faint;
    const left = x + ctx.measureText(text).width + 6;
    ctx.fillText(String(count), left, y + HEADING_HEIGHT / 2 - 1);
    ctx.restore();
  }
}

function drawCell(ctx: CanvasRenderingContext2D, colours: Colours, cell: Cell, box: Box): void {
  const { step } = cell;
  if (step >= 0) {
    ctx.fillStyle = colours.ramp[step]!;
    ctx.fillRect(box.x, box.y, box.width, box.height);
  } else drawHollow(ctx, colours, cell.state, box);
  ctx.fillStyle = step >= 0 ? colours.rampText[step]! : colours.dim;
  drawTexts(ctx, cell, box);
  drawMarks(ctx, colours, cell, box);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Without the percent sign, which the legend has, and without decimals that would only flicker. */
function cellText(value: number, units: string): string {
  if (units !== '%') return formatValue(value, units);
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

function wordOf(host: HostSummary): string {
  return host.state === 'up' ? '–' : host.state;
}

/** No value: hatched when the host is down, only outlined when it was stopped or is silent about this metric. */
function drawHollow(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  state: HostSummary['state'],
  box: Box,
): void {
  ctx.fillStyle = colours.raised;
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.strokeStyle = colours.down;
  ctx.lineWidth = 1;
  if (state === 'down') {
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.x, box.y, box.width, box.height);
    ctx.clip();
    ctx.globalAlpha = 0.45;
    ctx.beginPath();
    for (let x = box.x - box.height; x < box.x + box.width; x += 5) {
      ctx.moveTo(x, box.y + box.height);
      ctx.lineTo(x + box.height, box.y);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
}

function drawTexts(
  ctx: CanvasRenderingContext2D,
  { name, state, text, severity }: Cell,
  { x, y, width, height }: Box,
): void {
  if (width < NAME_WIDTH_MIN) return;
  const middle = y + height / 2 + 0.5;
  const left = x + (severity === undefined ? 4 : BADGE_WIDTH + 3);
  const room = x + width - 4 - left;
  // A number is worth shortening the name for; the words `down` and `stopped` are not: the cell is drawn hollow.
  const isNumber = state === 'up';
  const textPx = isNumber
    ? text.length * LETTER_PX + VALUE_GAP_PX
    : ctx.measureText(text).width + LETTER_PX;
  const hasText =
    width >= VALUE_WIDTH_MIN && (isNumber || room - textPx >= name.length * LETTER_PX);
  const lengthMax = Math.floor((room - (hasText ? textPx - 4 : 0)) / LETTER_PX);
  ctx.textAlign = 'left';
  ctx.fillText(shortName(name, lengthMax), left, middle);
  if (!hasText) return;
  ctx.textAlign = 'right';
  ctx.fillText(text, x + width - 4, middle);
}

/** The end of a name tells hosts apart, its domain does not. */
export function shortName(name: string, lengthMax: number): string {
  const short = name.split('.', 1)[0]!;
  if (lengthMax < 2) return '';
  return short.length <= lengthMax ? short : `…${short.slice(-(lengthMax - 1))}`;
}

function drawMarks(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  { severity, isInstalling, isFaded, isCurrent }: Cell,
  { x, y, width, height }: Box,
): void {
  const inside = { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
  if (severity) {
    const colour = severity === 'critical' ? colours.crit : colours.warn;
    ctx.fillStyle = colours.page;
    ctx.fillRect(x, y, BADGE_WIDTH, height);
    drawShape(ctx, severity, colour, x + 3, y + height / 2);
    outline(ctx, colour, 2, inside);
  }
  if (isInstalling) outline(ctx, colours.busy, 2, inside);
  if (isFaded) {
    ctx.globalAlpha = 0.6;
    ctx.fillStyle = colours.panel;
    ctx.fillRect(x, y, width, height);
    ctx.globalAlpha = 1;
  }
  if (isCurrent) outline(ctx, colours.text, 2, inside);
}

function outline(ctx: CanvasRenderingContext2D, colour: string, lineWidth: number, box: Box): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = lineWidth;
  ctx.strokeRect(box.x, box.y, box.width, box.height);
}

/** A square is critical, a triangle a warning: readable without colour. */
function drawShape(
  ctx: CanvasRenderingContext2D,
  severity: Exclude<Severity, 'info'>,
  colour: string,
  x: number,
  middle: number,
): void {
  ctx.fillStyle = colour;
  ctx.beginPath();
  if (severity === 'critical') ctx.rect(x, middle - 3.5, 7, 7);
  else {
    ctx.moveTo(x + 3.5, middle - 4);
    ctx.lineTo(x + 7.5, middle + 3.5);
    ctx.lineTo(x - 0.5, middle + 3.5);
  }
  ctx.fill();
}
