import { nowS } from '../data/live.ts';
import { marked, unmark } from '../data/marked.ts';
import { setRange } from '../data/router.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import { rowsIn, type Table } from '../lib/csv.ts';
import { rangeOf } from '../lib/time-range.ts';
import { formatDuration } from '../lib/units.ts';
import { SummaryTable } from './summary-table.tsx';

interface SelectionPanelProps {
  /** Its title. */
  readonly chart: string;
  readonly units: string;
  readonly table: () => Table;
}

/** The numbers of the window that is marked on this chart. */
export function SelectionPanel({ chart, units, table }: SelectionPanelProps) {
  const span = marked.value;
  if (span?.chart !== chart) return null;
  // Read so that a window that is not over yet fills.
  if (span.toS >= nowS.peek()) void nowS.value;
  const { fromS, toS } = span;
  return (
    <section class="selection" aria-label={`Marked window of ${chart}`}>
      <div class="section-head">
        <strong>
          {dateTimeText(fromS).slice(5)} – {dateTimeText(toS).slice(11)}{' '}
          <span class="faint">{formatDuration(toS - fromS)}</span>
        </strong>
        <span class="buttons">
          <button type="button" onClick={() => setRange(rangeOf(span, nowS.peek()))}>
            Zoom in
          </button>
          <button type="button" aria-label="Unmark" onClick={unmark}>
            ✕
          </button>
        </span>
      </div>
      <SummaryTable table={rowsIn(table(), fromS, toS)} units={units} />
    </section>
  );
}
