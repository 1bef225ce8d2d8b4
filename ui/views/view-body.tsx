import type { Panel, View, ViewQuery } from '../../wire/views.ts';
import { BandPanel } from './band-panel.tsx';
import { ChartPanel } from './chart-panel.tsx';
import { StripPanel } from './strip-panel.tsx';
import { TablePanel } from './table-panel.tsx';
import { TextPanel } from './text-panel.tsx';
import { ValuePanel } from './value-panel.tsx';
import { filledIn, type Values } from './variables.ts';

interface ViewBodyProps {
  readonly view: View;
  readonly values: Values;
  /** Of the heights that the file asks for. */
  readonly scale?: number;
}

/** The rows of a view on a grid of twelve columns. */
export function ViewBody({ view, values, scale = 1 }: ViewBodyProps) {
  return (
    <div class="view-rows">
      {view.rows.map((row, index) => (
        <section key={index} aria-label={row.title || `Row ${index + 1}`}>
          {row.title === '' ? null : <h2>{row.title}</h2>}
          <div class="view-grid">
            {row.panels.map((panel, at) => (
              <div class="view-cell" key={at} style={{ '--columns': panel.width }}>
                <PanelElement
                  panel={{ ...panel, height: Math.round(panel.height * scale) }}
                  values={values}
                />
              </div>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function PanelElement({ panel, values }: { panel: Panel; values: Values }) {
  switch (panel.type) {
    case 'chart': {
      const queries = filled(panel.queries, values);
      // Another query, style or height is another chart.
      const key = JSON.stringify([panel, queries]);
      return <ChartPanel key={key} panel={panel} queries={queries} />;
    }
    case 'band':
      return <BandPanel key={`${panel.metric} ${panel.height}`} panel={panel} />;
    case 'strip':
      return <StripPanel panel={panel} queries={filled(panel.queries, values)} />;
    case 'table':
      return <TablePanel panel={panel} queries={filled(panel.queries, values)} />;
    case 'value':
      return <ValuePanel panel={panel} queries={filled(panel.queries, values)} />;
    case 'text':
      return <TextPanel panel={panel} />;
  }
}

function filled(queries: readonly ViewQuery[], values: Values): ViewQuery[] {
  return queries.map((query) => ({ ...query, expr: filledIn(query.expr, values) }));
}
