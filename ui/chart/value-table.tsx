import { dateTimeText } from '../lib/clock-text.ts';
import { type Table, thinned } from '../lib/csv.ts';
import { formatValue } from '../lib/units.ts';
import { SummaryTable } from './summary-table.tsx';

const ROWS_MAX = 50;

/** The rows of a chart as text, newest first: for who cannot see the lines, and for copying. */
export function ValueTable({
  table,
  units,
  title,
}: {
  table: Table;
  units: string;
  title: string;
}) {
  const { times, names, columns } = thinned(table, ROWS_MAX);
  const rows = times.map((_, row) => row).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must reach
    <section class="value-table" tabIndex={0} aria-label={`Values of ${title}`}>
      <SummaryTable table={table} units={units} />
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {names.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={times[row]}>
              <th scope="row">{dateTimeText(times[row]!)}</th>
              {columns.map((column, index) => (
                <td key={names[index]}>{formatValue(column[row], units)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
