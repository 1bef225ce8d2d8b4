/** A title; `right` over numbers, `hidden` where the column explains itself to the eye. */
export type Column = string | { readonly right: string } | { readonly hidden: string };

/** The titles of a table's columns. */
export function TableHead({ columns }: { columns: readonly Column[] }) {
  return (
    <thead>
      <tr>{columns.map(titleCell)}</tr>
    </thead>
  );
}

function titleCell(column: Column) {
  if (typeof column === 'string') {
    return (
      <th scope="col" key={column}>
        {column}
      </th>
    );
  }
  if ('right' in column) {
    return (
      <th scope="col" class="right" key={column.right}>
        {column.right}
      </th>
    );
  }
  return (
    <th scope="col" key={column.hidden}>
      <span class="hidden-text">{column.hidden}</span>
    </th>
  );
}
