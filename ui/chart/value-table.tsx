import { dateTimeText } from '../lib/clock-text.ts';
import { type Table, thinned } from '../lib/csv.ts';
import { type Summary, summarise, totalUnits } from '../lib/summary.ts';
import { formatValue } from '../lib/units.ts';

const ROWS_MAX = 50;

/** Over all rows of the window, not only those that are listed. */
function SummaryRows({ table, units }: { table: Table; units: string }) {
  const summaries = table.columns.map((column) => summarise(table.times, column, units));
  const ofRate = totalUnits(units);
  const rows: readonly (readonly [
    name: string,
    units: string,
    pick: (of: Summary) => number | null,
  ])[] = [
    ['maximum', units, (of) => of.max],
    ['95 % are below', units, (of) => of.p95],
    ['mean', units, (of) => of.mean],
    ['minimum', units, (of) => of.min],
    ...(ofRate === null ? [] : [['in all', ofRate, (of: Summary) => of.total] as const]),
  ];
  return (
    <tbody class="summary-rows">
      {rows.map(([name, unitsOfRow, pick]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {summaries.map((summary, index) => (
            <td key={table.names[index]}>{formatValue(summary && pick(summary), unitsOfRow)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

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
        <SummaryRows table={table} units={units} />
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
