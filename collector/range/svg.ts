import { LINE_COLOURS } from './line-colours.ts';
import type { RangeColumn, RangeTable } from './table.ts';

const WIDTH = 800;
const PLOT = { left: 60, right: 790, top: 14, bottom: 180 } as const;
const LEGEND_LINE = 16;
/** Lines drawn; a picture of more cannot be read. */
const COLUMNS_MAX = 20;

interface Scale {
  readonly min: number;
  readonly max: number;
  readonly rowCount: number;
}

/** A line chart as a document of its own, for mails and reports: no script, no style sheet, nothing to load. */
export function formatSvg(table: RangeTable): string {
  const columns = table.columns.slice(0, COLUMNS_MAX);
  const height = PLOT.bottom + 24 + columns.length * LEGEND_LINE;
  const scale = scaleOf(columns);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#FFFFFF"/>`,
    ...valueAxis(scale, table.units),
    ...timeAxis(table, scale),
    ...columns.map(({ values }, index) => line(values, scale, colourOf(index))),
    ...columns.map(({ title }, index) => legend(title, index)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function scaleOf(columns: readonly RangeColumn[]): Scale {
  let min = 0;
  let max = Number.NEGATIVE_INFINITY;
  for (const { values } of columns) {
    for (const value of values) {
      if (value === null) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  const rowCount = columns[0]?.values.length ?? 0;
  if (max <= min) return { min, max: min + 1, rowCount };
  return { min, max, rowCount };
}

function valueAxis({ min, max }: Scale, units: string): string[] {
  return [0, 0.5, 1].map((share) => {
    const y = yOf(min + share * (max - min), { min, max });
    const label = formatValue(min + share * (max - min));
    const unit = share === 1 && units !== '' ? ` ${units}` : '';
    return (
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}" stroke="#D9DFE6"/>` +
      `<text x="${PLOT.left - 6}" y="${Number(y) + 4}" text-anchor="end" fill="#4A5665">${label}</text>` +
      (unit &&
        `<text x="${PLOT.left}" y="${PLOT.top - 4}" fill="#4A5665">${escapeXml(unit)}</text>`)
    );
  });
}

function timeAxis({ startS, stepSeconds }: RangeTable, { rowCount }: Scale): string[] {
  const y = PLOT.bottom + 14;
  const at = (row: number) =>
    new Date((startS + row * stepSeconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return [
    `<text x="${PLOT.left}" y="${y}" fill="#4A5665">${at(0)}Z</text>`,
    `<text x="${PLOT.right}" y="${y}" text-anchor="end" fill="#4A5665">${at(rowCount)}Z</text>`,
  ];
}

/** Unknown rows interrupt the line. */
function line(values: readonly (number | null)[], scale: Scale, colour: string): string {
  const stepX = (PLOT.right - PLOT.left) / Math.max(1, scale.rowCount - 1);
  let path = '';
  let isDrawing = false;
  for (const [row, value] of values.entries()) {
    if (value !== null) {
      const x = (PLOT.left + row * stepX).toFixed(1);
      path += `${isDrawing ? 'L' : 'M'}${x} ${yOf(value, scale)}`;
    }
    isDrawing = value !== null;
  }
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linecap="round"/>`;
}

function legend(title: string, index: number): string {
  const y = PLOT.bottom + 34 + index * LEGEND_LINE;
  return (
    `<rect x="${PLOT.left}" y="${y - 9}" width="10" height="10" fill="${colourOf(index)}"/>` +
    `<text x="${PLOT.left + 16}" y="${y}" fill="#19202A">${escapeXml(title)}</text>`
  );
}

function colourOf(index: number): string {
  return LINE_COLOURS[index % LINE_COLOURS.length] as string;
}

function yOf(value: number, { min, max }: Pick<Scale, 'min' | 'max'>): string {
  const share = (value - min) / (max - min);
  return (PLOT.bottom - share * (PLOT.bottom - PLOT.top)).toFixed(1);
}

function formatValue(value: number): string {
  return Math.abs(value) >= 1e5 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** Names come from the network; control characters are not allowed in XML at all. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
