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
/** Of a letter, and of what a value takes at the right of the cell. */
const LETTER_PX = 6.5;
const VALUE_PX = 34;
/** Behind the shape of an alert: the page's colour sets it off from any step of the ramp. */
const BADGE_WIDTH = 13;

export function drawMap(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  picture: MapPicture,
): void {
  const { layout } = picture;
  ctx.clearRect(0, 0, layout.width, layout.height);
  ctx.textBaseline = 'middle';
  drawHeadings(ctx, colours, layout);
  ctx.font = `${layout.cellHeight >= 13 ? 10.5 : 9}px system-ui, sans-serif`;
  for (const [index, host] of picture.hosts.entries()) drawCell(ctx, colours, picture, host, index);
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

function drawCell(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  picture: MapPicture,
  host: HostSummary,
  index: number,
): void {
  const { layout, domain } = picture;
  const cell = layout.cells[index]!;
  const { cellWidth: width, cellHeight: height } = layout;
  const value = picture.value(host.name);
  const step = host.state === 'up' ? rampStep(value, domain) : -1;
  const box = { x: cell.x, y: cell.y, width, height };
  if (step >= 0) {
    ctx.fillStyle = colours.ramp[step]!;
    ctx.fillRect(box.x, box.y, width, height);
  } else drawHollow(ctx, colours, host, box);
  ctx.fillStyle = step >= 0 ? colours.rampText[step]! : colours.dim;
  const text = step >= 0 ? cellText(value, picture.units) : wordOf(host);
  drawTexts(ctx, picture, host, box, text);
  drawMarks(ctx, colours, picture, host, box, index);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Without the percent sign: the legend has it, and the cell is small. */
function cellText(value: number, units: string): string {
  return formatValue(value, units === '%' ? '' : units);
}

function wordOf(host: HostSummary): string {
  return host.state === 'up' ? '–' : host.state;
}

/** No value: hatched when the host is down, only outlined when it was stopped or is silent about this metric. */
function drawHollow(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  host: HostSummary,
  box: Box,
): void {
  ctx.fillStyle = colours.raised;
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.strokeStyle = colours.down;
  ctx.lineWidth = 1;
  if (host.state === 'down') {
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
  picture: MapPicture,
  host: HostSummary,
  { x, y, width, height }: Box,
  value: string,
): void {
  if (width < NAME_WIDTH_MIN) return;
  const middle = y + height / 2 + 0.5;
  const left = x + (picture.severity(host.name) === undefined ? 4 : BADGE_WIDTH + 3);
  const room = x + width - 4 - left;
  // A number is worth shortening the name for; the words `down` and `stopped` are not: the cell is drawn hollow.
  const valuePx = host.state === 'up' ? VALUE_PX : ctx.measureText(value).width + LETTER_PX;
  const hasValue =
    width >= VALUE_WIDTH_MIN &&
    (host.state === 'up' || room - valuePx >= host.name.length * LETTER_PX);
  const lengthMax = Math.floor((room - (hasValue ? valuePx - 4 : 0)) / LETTER_PX);
  ctx.textAlign = 'left';
  ctx.fillText(shortName(host.name, lengthMax), left, middle);
  if (!hasValue) return;
  ctx.textAlign = 'right';
  ctx.fillText(value, x + width - 4, middle);
}

/** The end of a name tells hosts apart, its domain does not. */
function shortName(name: string, lengthMax: number): string {
  const short = name.split('.', 1)[0]!;
  if (lengthMax < 2) return '';
  return short.length <= lengthMax ? short : `…${short.slice(-(lengthMax - 1))}`;
}

function drawMarks(
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  picture: MapPicture,
  host: HostSummary,
  { x, y, width, height }: Box,
  index: number,
): void {
  const severity = picture.severity(host.name);
  if (severity && severity !== 'info') {
    const colour = severity === 'critical' ? colours.crit : colours.warn;
    ctx.fillStyle = colours.page;
    ctx.fillRect(x, y, BADGE_WIDTH, height);
    drawShape(ctx, severity, colour, x + 3, y + height / 2);
    outline(ctx, colour, 2, { x: x + 1, y: y + 1, width: width - 2, height: height - 2 });
  }
  if (picture.isInstalling(host.name))
    outline(ctx, colours.busy, 2, { x: x + 1, y: y + 1, width: width - 2, height: height - 2 });
  if (picture.selected.size > 0 && !picture.selected.has(host.name)) {
    ctx.globalAlpha = 0.6;
    ctx.fillStyle = colours.panel;
    ctx.fillRect(x, y, width, height);
    ctx.globalAlpha = 1;
  }
  if (index === picture.current)
    outline(ctx, colours.text, 2, { x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1 });
}

function outline(ctx: CanvasRenderingContext2D, colour: string, lineWidth: number, box: Box): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = lineWidth;
  ctx.strokeRect(box.x, box.y, box.width, box.height);
}

/** A square is critical, a triangle a warning: readable without colour. */
function drawShape(
  ctx: CanvasRenderingContext2D,
  severity: Severity,
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
