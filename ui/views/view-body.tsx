import { useRef } from 'preact/hooks';
import type { Panel, View, ViewQuery } from '../../wire/views.ts';
import { BandPanel } from './band-panel.tsx';
import { ChartPanel } from './chart-panel.tsx';
import { PanelState } from './panel-state.tsx';
import { StripPanel } from './strip-panel.tsx';
import { TablePanel } from './table-panel.tsx';
import { TextPanel } from './text-panel.tsx';
import { useVisible } from './use-visible.ts';
import { ValuePanel } from './value-panel.tsx';
import { filledIn, type Values } from './variables.ts';

interface ViewBodyProps {
  readonly view: View;
  readonly values: Values;
  /** Of the heights that the file asks for; tables then show only the rows that fit. */
  readonly scale?: number;
}

/** A row of a table in the type of a wall, and what else a table needs. */
const ROW_PX = 33;
const TABLE_PX = 58;

/** The rows of a view on a grid of twelve columns. */
export function ViewBody({ view, values, scale }: ViewBodyProps) {
  return (
    <div class="view-rows">
      {view.rows.map((row, index) => (
        <section key={index} aria-label={row.title || `Row ${index + 1}`}>
          {row.title === '' ? null : <h2>{row.title}</h2>}
          <div class="view-grid">
            {row.panels.map((panel, at) => (
              <Cell
                key={at}
                panel={scale === undefined ? panel : scaled(panel, scale)}
                values={values}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function scaled(panel: Panel, scale: number): Panel {
  const height = Math.round(panel.height * scale);
  if (panel.type !== 'table') return { ...panel, height };
  const limit = Math.max(1, Math.min(panel.limit, Math.floor((height - TABLE_PX) / ROW_PX)));
  return { ...panel, height, limit };
}

/** A panel asks for nothing before it is seen for the first time. */
function Cell({ panel, values }: { panel: Panel; values: Values }) {
  const frame = useRef<HTMLDivElement>(null);
  const wasSeen = useRef(panel.type === 'text');
  if (useVisible(frame).value) wasSeen.current = true;
  return (
    <div ref={frame} class="view-cell" style={{ '--columns': panel.width }}>
      {wasSeen.current ? (
        <PanelElement panel={panel} values={values} />
      ) : (
        <PanelState panel={panel} state={{ kind: 'loading' }} onRetry={() => {}} />
      )}
    </div>
  );
}

function PanelElement({ panel, values }: { panel: Panel; values: Values }) {
  if (panel.type === 'text') return <TextPanel panel={panel} />;
  if (panel.type === 'band')
    return <BandPanel key={`${panel.metric} ${panel.height}`} panel={panel} />;
  const queries = filled(panel.queries, values);
  // Answers of other queries must not be taken for those of these.
  const asked = JSON.stringify(queries);
  switch (panel.type) {
    case 'chart':
      // Another style or height is another drawing.
      return <ChartPanel key={asked + JSON.stringify(panel)} panel={panel} queries={queries} />;
    case 'strip':
      return <StripPanel key={asked} panel={panel} queries={queries} />;
    case 'table':
      return <TablePanel key={asked} panel={panel} queries={queries} />;
    case 'value':
      return <ValuePanel key={asked} panel={panel} queries={queries} />;
  }
}

function filled(queries: readonly ViewQuery[], values: Values): ViewQuery[] {
  return queries.map((query) => ({ ...query, expr: filledIn(query.expr, values) }));
}
