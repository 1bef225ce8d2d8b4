/** Rows of a chart as text that other programs read. */
import type { Column } from './time-window.ts';

export interface Table {
  readonly times: readonly number[];
  readonly names: readonly string[];
  readonly columns: readonly Column[];
}

/** RFC 4180; times in ISO 8601 (UTC), unknown values empty. */
export function csvOf({ times, names, columns }: Table): string {
  const head = ['time', ...names].map(field).join(',');
  const rows = times.map((time, row) =>
    [new Date(time * 1000).toISOString(), ...columns.map((column) => column[row] ?? '')].join(','),
  );
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

/**
 * Quoted where the format needs it. A name that a spreadsheet would take for a formula gets an apostrophe before it: names come from the
 * network.
 */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function jsonOf({ times, names, columns }: Table): string {
  const series = names.map((name, index) => ({ name, values: columns[index] ?? [] }));
  return JSON.stringify({ times, series });
}

/** At most `rowsMax` rows evenly spread, the last one always among them: what a person reads. */
export function thinned(table: Table, rowsMax: number): Table {
  const count = table.times.length;
  const stride = Math.max(1, Math.ceil(count / rowsMax));
  const keep = (_: unknown, row: number) => (count - 1 - row) % stride === 0;
  return {
    names: table.names,
    times: table.times.filter(keep),
    columns: table.columns.map((column) => column.filter(keep)),
  };
}

/** The rows from `fromS` to `toS`, both included. */
export function rowsIn(table: Table, fromS: number, toS: number): Table {
  const keep = (_: unknown, row: number) => table.times[row]! >= fromS && table.times[row]! <= toS;
  return {
    names: table.names,
    times: table.times.filter(keep),
    columns: table.columns.map((column) => column.filter(keep)),
  };
}
