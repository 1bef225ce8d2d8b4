import { useId } from 'preact/hooks';
import { csvOf, jsonOf, type Table } from '../lib/csv.ts';

interface ChartMenuProps {
  readonly title: string;
  readonly table: () => Table;
  readonly canvas: () => HTMLCanvasElement | undefined;
  readonly isTable: boolean;
  readonly onTable: () => void;
}

/** What one can take away from a chart: its values as a table here, or as a file. */
export function ChartMenu({ title, table, canvas, isTable, onTable }: ChartMenuProps) {
  const id = useId();
  const name = title.replace(/[^\w-]+/g, '-').toLowerCase();
  return (
    <span class="menu">
      <button type="button" class="icon" popovertarget={id} aria-label={`Actions for ${title}`}>
        ⋯
      </button>
      <span id={id} popover="auto" class="menu-items">
        <button type="button" popovertarget={id} onClick={onTable}>
          {isTable ? 'Hide the table' : 'Show as a table'}
        </button>
        <button
          type="button"
          popovertarget={id}
          onClick={() => save(`${name}.csv`, csvOf(table()), 'text/csv')}
        >
          Save as CSV
        </button>
        <button
          type="button"
          popovertarget={id}
          onClick={() => save(`${name}.json`, jsonOf(table()), 'application/json')}
        >
          Save as JSON
        </button>
        <button
          type="button"
          popovertarget={id}
          onClick={() => canvas()?.toBlob((blob) => blob && saveBlob(`${name}.png`, blob))}
        >
          Save as PNG
        </button>
      </span>
    </span>
  );
}

function save(name: string, text: string, type: string): void {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
