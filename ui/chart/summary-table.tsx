import type { Table } from '../lib/csv.ts';
import { type Summary, summarise, totalUnits } from '../lib/summary.ts';
import { formatValue } from '../lib/units.ts';

/** One line per line of the chart: what it was at least, on average, mostly, at most, and for rates in all. */
export function SummaryTable({ table, units }: { table: Table; units: string }) {
  const ofRate = totalUnits(units);
  const columns: readonly (readonly [string, string, (of: Summary) => number | null])[] = [
    ['min', units, (of) => of.min],
    ['average', units, (of) => of.mean],
    ['p95', units, (of) => of.p95],
    ['max', units, (of) => of.max],
    ['sum', units, (of) => of.sum],
    ...(ofRate === null ? [] : [['in all', ofRate, (of: Summary) => of.total] as const]),
  ];
  return (
    <table class="summary-table">
      <thead>
        <tr>
          <td />
          {columns.map(([name]) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.names.map((line, index) => {
          const summary = summarise(table.times, table.columns[index] ?? [], units);
          return (
            <tr key={line}>
              <th scope="row">{line}</th>
              {columns.map(([name, unitsOfColumn, pick]) => (
                <td key={name}>{formatValue(summary && pick(summary), unitsOfColumn)}</td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
