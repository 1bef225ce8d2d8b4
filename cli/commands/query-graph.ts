/** One line of a graph. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly seconds: number; readonly value: number }[];
}

/** Dots of a braille character: 2 wide, 4 high; U+2800 plus these bits, by row and column. */
const BRAILLE_BLANK = 0x2800;
const DOT_BITS: readonly (readonly [left: number, right: number])[] = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
/** Characters high; the terminal keeps room for the prompt. */
const HEIGHT = 15;
const NAMES_MAX = 12;

/** Draws curves as braille dots between their least and greatest value, with both axes labelled. */
export function drawGraph(curves: readonly Curve[], width: number): string {
  const points = curves.flatMap((curve) =>
    curve.points.filter(({ value }) => Number.isFinite(value)),
  );
  if (points.length === 0) return 'no finite values\n';
  const low = points.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = points.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const from = points.reduce(
    (first, { seconds }) => Math.min(first, seconds),
    Number.POSITIVE_INFINITY,
  );
  const to = points.reduce(
    (last, { seconds }) => Math.max(last, seconds),
    Number.NEGATIVE_INFINITY,
  );
  const labels = [short(high), short(low)];
  const margin = Math.max(...labels.map((label) => label.length));
  const canvas = new Canvas(Math.max(10, width - margin - 2), HEIGHT);
  for (const curve of curves) {
    let previous: { x: number; y: number } | undefined;
    for (const { seconds, value } of curve.points) {
      if (!Number.isFinite(value)) {
        previous = undefined;
        continue;
      }
      const x = scale(seconds, from, to, canvas.dotsWide);
      const y = canvas.dotsHigh - 1 - scale(value, low, high, canvas.dotsHigh);
      canvas.line(previous ?? { x, y }, { x, y });
      previous = { x, y };
    }
  }
  const rows = canvas.rows().map((row, index) => {
    const label = index === 0 ? labels[0] : index === HEIGHT - 1 ? labels[1] : '';
    return `${(label ?? '').padStart(margin)} ${row}`;
  });
  return [...rows, timeAxis(from, to, margin, canvas.dotsWide / 2), ...names(curves), ''].join(
    '\n',
  );
}

function scale(value: number, low: number, high: number, dots: number): number {
  return high === low
    ? Math.floor(dots / 2)
    : Math.round(((value - low) / (high - low)) * (dots - 1));
}

function timeAxis(from: number, to: number, margin: number, columns: number): string {
  const [left, right] = [from, to].map(
    (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
  ) as [string, string];
  return `${' '.repeat(margin + 1)}${left}${right.padStart(Math.max(right.length + 1, columns - left.length))}`;
}

function names(curves: readonly Curve[]): string[] {
  const shown = curves
    .slice(0, NAMES_MAX)
    .map(({ name, points }) => `  ${name}  ${short(points.at(-1)?.value ?? Number.NaN)}`);
  const more = curves.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value);
}

/** A bitmap of braille characters. */
class Canvas {
  readonly dotsWide: number;
  readonly dotsHigh: number;
  readonly #cells: Uint8Array;
  readonly #columns: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.dotsWide = columns * 2;
    this.dotsHigh = rows * 4;
    this.#cells = new Uint8Array(columns * rows);
  }

  line(
    from: { readonly x: number; readonly y: number },
    to: { readonly x: number; readonly y: number },
  ): void {
    const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let step = 0; step <= steps; step++)
      this.#dot(
        Math.round(from.x + ((to.x - from.x) * step) / steps),
        Math.round(from.y + ((to.y - from.y) * step) / steps),
      );
  }

  rows(): string[] {
    const rows: string[] = [];
    for (let start = 0; start < this.#cells.length; start += this.#columns) {
      const cells = this.#cells.subarray(start, start + this.#columns);
      rows.push(
        String.fromCharCode(...Array.from(cells, (bits) => BRAILLE_BLANK + bits)).trimEnd(),
      );
    }
    return rows;
  }

  #dot(x: number, y: number): void {
    const index = (y >> 2) * this.#columns + (x >> 1);
    const bit = DOT_BITS[y & 3]?.[x & 1] ?? 0;
    this.#cells[index] = (this.#cells[index] ?? 0) | bit;
  }
}
