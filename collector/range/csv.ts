import type { RangeTable } from './table.ts';

/** RFC 4180: a line of titles, then one line per row; time as RFC 3339, unknown as nothing. */
export function formatCsv({ startS, stepSeconds, columns }: RangeTable): string {
  const lines = [['time', ...columns.map(({ title }) => title)].map(quote).join(',')];
  const rowCount = columns[0]?.values.length ?? 0;
  for (let row = 0; row < rowCount; row += 1) {
    const time = new Date((startS + row * stepSeconds) * 1000).toISOString();
    lines.push([time, ...columns.map(({ values }) => values[row] ?? '')].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Names come from the network: what a spreadsheet would run as a formula is made a text. */
function quote(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
