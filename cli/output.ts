/**
 * Lays rows out in columns, two spaces apart; numbers to the right.
 * @param header column titles
 * @param rows   cells as text or number; a missing cell is `-`
 * @returns lines, each with its newline
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const text = rows.map((row) => header.map((_, column) => printable(String(row[column] ?? '-'))));
  const right = header.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const widths = header.map((title, column) =>
    Math.max(title.length, ...text.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, column) =>
        right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()}\n`;
  return [header, ...text].map(line).join('');
}

const UNPRINTABLE = '[^\\x20-\\x7e\\u00a0-\\u{10ffff}]|[\\u202a-\\u202e\\u2066-\\u2069]';
const IN_LINE = new RegExp(UNPRINTABLE, 'gu');
const IN_TEXT = new RegExp(`(?![\\t\\n\\r])(?:${UNPRINTABLE})`, 'gu');

/** Names come from the network: neither control characters nor changes of the writing direction may reach the terminal. */
export function printable(text: string): string {
  return text.replace(IN_LINE, '?');
}

/** The same for text of several lines: tabs and line ends stay. */
export function printableText(text: string): string {
  return text.replace(IN_TEXT, '?');
}

/** One JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Data for people on standard output. */
export function print(text: string): void {
  process.stdout.write(printableText(text));
}

/** The same with colours, which are ours: what came from the network is `printable` in it already. */
export function printStyled(text: string): void {
  process.stdout.write(text);
}

/** A message on standard error. */
export function note(text: string): void {
  process.stderr.write(`${printableText(text)}\n`);
}
