import { useId } from 'preact/hooks';
import { nowS } from '../data/live.ts';
import { params, range, visit } from '../data/router.ts';
import { zoneChoice } from '../data/zone.ts';
import { csvOf, jsonOf, type Table } from '../lib/csv.ts';
import { changedParams } from '../lib/route.ts';
import { rangeBounds } from '../lib/time-range.ts';

interface ChartMenuProps {
  readonly title: string;
  readonly table: () => Table;
  readonly picture: () => HTMLCanvasElement | undefined;
  /** What the chart shows, of the API; the picture that the server draws of it. */
  readonly svg?: (() => string) | undefined;
  /** In PromQL, what a rule made from this chart would watch. */
  readonly watch: string | undefined;
  readonly isTable: boolean;
  readonly onTable: () => void;
}

/** What one can take away from a chart: its values as a table here, or as a file. */
export function ChartMenu(props: ChartMenuProps) {
  const { title, table, picture, svg, watch, isTable, onTable } = props;
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
          onClick={() => picture()?.toBlob((blob) => blob && saveBlob(`${name}.png`, blob))}
        >
          Save as PNG
        </button>
        {svg ? (
          <button
            type="button"
            popovertarget={id}
            onClick={() => open(svg(), '_blank', 'noopener')}
          >
            Open as SVG
          </button>
        ) : null}
        {watch === undefined ? null : (
          <button type="button" popovertarget={id} onClick={() => visit(ruleLink(watch, table()))}>
            New alert rule …
          </button>
        )}
        <button
          type="button"
          popovertarget={id}
          onClick={() => void navigator.clipboard.writeText(pinnedLink())}
        >
          Copy link to this time
        </button>
      </span>
    </span>
  );
}

/** The form for a rule whose bound nothing on the chart passes yet. */
function ruleLink(watch: string, { columns }: Table): string {
  const largest = columns.reduce(
    (max, column) => column.reduce<number>((most, value) => Math.max(most, value ?? 0), max),
    0,
  );
  const bound = Number((largest * 1.1).toPrecision(2));
  return `/alerts?${new URLSearchParams({ rule: `${watch} > ${bound}` })}`;
}

/** The page with the time that it shows now, wherever the clock will be. */
function pinnedLink(): string {
  const { fromS, toS } = rangeBounds(range.peek(), nowS.peek());
  const pinned = changedParams(params.peek(), {
    range: null,
    from: String(fromS),
    to: String(toS),
    tz: zoneChoice.peek() === 'browser' ? null : zoneChoice.peek(),
  });
  return `${location.origin}${location.pathname}?${pinned}`;
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
