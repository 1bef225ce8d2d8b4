/** Characters of axis labels, drawn with a pen: no font file, and sharp at every size. */
import type { Canvas, Point } from './canvas.ts';

/** Strokes of a character, points as column (0…4) and row (0 = top…6 = base line). */
const STROKES: Readonly<Record<string, string>> = {
  '0': '10 30 41 45 36 16 05 01 10',
  '1': '01 20 26',
  '2': '01 10 30 41 42 06 46',
  '3': '01 10 30 41 42 33 44 45 36 16 05|33 13',
  '4': '36 30 04 44',
  '5': '40 00 02 32 43 45 36 16 05',
  '6': '41 30 10 01 05 16 36 45 44 33 13 04',
  '7': '00 40 16',
  '8': '13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33',
  '9': '05 16 36 45 41 30 10 01 02 13 33 42',
  '.': '16',
  ':': '12|15',
  '-': '03 33',
  '+': '03 43|21 25',
  e: '04 44 43 32 12 03 05 16 36',
  k: '00 06|32 04|14 36',
  M: '06 00 23 40 46',
  G: '41 30 10 01 05 16 36 45 43 23',
  T: '00 40|20 26',
  P: '06 00 30 41 42 33 03',
};
const NARROW = '.:';

export interface Lettering {
  /** Pixels per column and row. */
  readonly scale: number;
  readonly ink: number;
  readonly thickness: number;
}

/** @param at left end of the base line */
export function drawText(canvas: Canvas, text: string, at: Point, style: Lettering): void {
  let { x } = at;
  for (const character of text) {
    for (const stroke of (STROKES[character] ?? '').split('|')) {
      const points = [...stroke.matchAll(/(\d)(\d)/g)].map(([, column, row]) => ({
        x: x + Number(column) * style.scale,
        y: at.y + (Number(row) - 6) * style.scale,
      }));
      canvas.path(points, style.ink, style.thickness);
    }
    x += advance(character) * style.scale;
  }
}

/** Pixels from the first stroke to the last. */
export function textWidth(text: string, { scale }: Lettering): number {
  const columns = [...text].reduce((sum, character) => sum + advance(character), 0);
  return Math.max(0, columns - 2) * scale;
}

/** Columns to the next character; two of them are space. */
function advance(character: string): number {
  return NARROW.includes(character) ? 4 : 6;
}
