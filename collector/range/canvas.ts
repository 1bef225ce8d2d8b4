import { encodePng } from './png.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Shades of an ink from the paper's white to its full colour: they make the edges of lines smooth. */
const SHADES = 16;
const FULL = SHADES - 1;

/** White paper on which smooth lines are drawn in a few inks (at most 16). Lengths are pixels, (0, 0) is the upper left corner. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #pixels: Uint8Array;
  readonly #inks: readonly string[];

  /** @param inks colours such as `#0072B2`; later arguments name them by their index */
  constructor(size: { readonly width: number; readonly height: number }, inks: readonly string[]) {
    this.width = size.width;
    this.height = size.height;
    this.#pixels = new Uint8Array(size.width * size.height);
    this.#inks = inks;
  }

  /** A line with round ends; a point when both ends are the same. */
  line(from: Point, to: Point, ink: number, thickness: number): void {
    const radius = thickness / 2;
    const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
    const right = Math.min(this.width - 1, Math.ceil(Math.max(from.x, to.x) + radius));
    const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(from.y, to.y) + radius));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const covered = radius + 0.5 - distance({ x: x + 0.5, y: y + 0.5 }, from, to);
        if (covered > 0) this.#put(x, y, ink, Math.round(Math.min(1, covered) * FULL));
      }
    }
  }

  path(points: readonly Point[], ink: number, thickness: number): void {
    const [first] = points;
    if (first && points.length === 1) this.line(first, first, ink, thickness);
    for (let index = 1; index < points.length; index++) {
      this.line(points[index - 1] as Point, points[index] as Point, ink, thickness);
    }
  }

  /** Tints a rectangle. @param strength 0 = white, 1 = the ink's full colour */
  fill(from: Point, to: Point, ink: number, strength: number): void {
    for (let y = Math.round(from.y); y < Math.round(to.y); y++) {
      for (let x = Math.round(from.x); x < Math.round(to.x); x++) {
        this.#put(x, y, ink, Math.round(strength * FULL));
      }
    }
  }

  toPng(): Buffer {
    const palette = Uint8Array.from(this.#inks.flatMap(shadesOf));
    return encodePng({ width: this.width, height: this.height, pixels: this.#pixels, palette });
  }

  /** Inks do not mix: what is drawn later covers what is fainter, or what it covers by half at least. */
  #put(x: number, y: number, ink: number, shade: number): void {
    const index = y * this.width + x;
    const before = this.#pixels[index] as number;
    const isSameInk = Math.floor(before / SHADES) === ink;
    if (shade > before % SHADES || (!isSameInk && shade > FULL / 2)) {
      this.#pixels[index] = ink * SHADES + shade;
    }
  }
}

/** From a point to the nearest point of a line. */
function distance(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length2;
  const share = Math.max(0, Math.min(1, along));
  return Math.hypot(point.x - from.x - share * dx, point.y - from.y - share * dy);
}

function shadesOf(ink: string): number[] {
  const rgb = [1, 3, 5].map((at) => Number.parseInt(ink.slice(at, at + 2), 16));
  return Array.from({ length: SHADES }, (_, shade) =>
    rgb.map((part) => Math.round(255 - ((255 - part) * shade) / FULL)),
  ).flat();
}
