import { styleText } from 'node:util';
import type { HostState } from '../../wire/http.ts';
import { printable } from '../output.ts';
import type { ClusterView, HostRow, Order } from './cluster-view.ts';
import { COLUMNS } from './columns.ts';

const STATE_WIDTH = 7;
const NAME_WIDTH_MIN = 8;

const COLOUR_OF_STATE = { up: 'green', down: 'red', stopped: 'gray' } as const satisfies Record<
  HostState,
  string
>;

export interface TableOptions {
  readonly columns: number;
  readonly order: Order;
  /** Whether to colour states and mark the sorted column. */
  readonly isStyled: boolean;
}

/** Title line, and one line per row; each cut to the terminal's width. */
export function tableLines(rows: readonly HostRow[], options: TableOptions): string[] {
  const nameWidth = nameWidthFor(rows, options.columns);
  return [titleLine(nameWidth, options), ...rows.map((row) => rowLine(row, nameWidth, options))];
}

/** `12:00:05  198 up  2 down  3 alerts` */
export function summaryLine(view: ClusterView): string {
  const time = new Date(view.timeMs).toTimeString().slice(0, 8);
  const parts = [`${view.countOf('up')} up`, `${view.countOf('down')} down`];
  if (view.countOf('stopped') > 0) parts.push(`${view.countOf('stopped')} stopped`);
  parts.push(`${view.firingCount} ${view.firingCount === 1 ? 'alert' : 'alerts'}`);
  return `${time}  ${parts.join('  ')}`;
}

function nameWidthFor(rows: readonly HostRow[], columns: number): number {
  const fixed = STATE_WIDTH + 2 + COLUMNS.reduce((sum, { width }) => sum + width + 2, 0);
  const longest = rows.reduce((max, { name }) => Math.max(max, name.length), NAME_WIDTH_MIN);
  return Math.max(NAME_WIDTH_MIN, Math.min(longest, columns - fixed));
}

function titleLine(nameWidth: number, { order, isStyled, columns }: TableOptions): string {
  const mark = (id: string, title: string) =>
    id === order.by ? `${title}${order.isReversed ? '^' : 'v'}` : title;
  const cells = [
    mark('name', 'HOST').padEnd(nameWidth),
    mark('state', 'STATE').padEnd(STATE_WIDTH),
    ...COLUMNS.map(({ id, title, width }) => mark(id, title).padStart(width)),
  ];
  const line = cells.join('  ').slice(0, columns);
  return isStyled ? styleText('bold', line) : line;
}

function rowLine({ name, state, values }: HostRow, nameWidth: number, options: TableOptions) {
  const stateCell = state.padEnd(STATE_WIDTH);
  const numbers = COLUMNS.map(({ width, format }, index) => {
    const value = values[index] ?? Number.NaN;
    return (Number.isNaN(value) ? '-' : format(value)).padStart(width);
  });
  const shownName = printable(name).slice(0, nameWidth).padEnd(nameWidth);
  const cells = [
    shownName,
    options.isStyled ? styleText(COLOUR_OF_STATE[state], stateCell) : stateCell,
    ...numbers,
  ];
  return cells.join('  ').trimEnd();
}
