import { useRef } from 'preact/hooks';
import type { TablePanel as TableSpec, ViewAnswer, ViewQuery } from '../../wire/views.ts';
import { catalogue } from '../data/catalogue.ts';
import { nameOfSeries } from '../data/promql.ts';
import { linkTo } from '../data/router.ts';
import { formatValue } from '../lib/units.ts';
import { Graded } from './graded.tsx';
import { PanelState } from './panel-state.tsx';
import { unitsOf } from './query-range.ts';
import type { Labels } from './series-names.ts';
import { type Row, tableRows } from './table-rows.ts';
import { gradeOf } from './thresholds.ts';
import { useAnswers } from './use-answers.ts';
import { useVisible } from './use-visible.ts';

interface TablePanelProps {
  readonly panel: TableSpec;
  readonly queries: readonly ViewQuery[];
}

/** Expressions as columns, hosts or whatever else their labels say as rows; values of now. */
export function TablePanel({ panel, queries }: TablePanelProps) {
  const frame = useRef<HTMLElement>(null);
  const isVisible = useVisible(frame).value;
  const answers = useAnswers(
    queries.map(({ expr }) => expr),
    isVisible,
  ).value;
  const failed = answers?.find(({ error }) => error !== null)?.error;
  const rows = answers === null ? [] : tableRows(answers, nameOfSeries);
  const isEmpty = rows.length === 0;
  return (
    <section ref={frame} class="panel view-panel" aria-label={panel.title}>
      <h3 title={panel.description || undefined}>{panel.title}</h3>
      {isEmpty || failed ? (
        <PanelState
          panel={{ ...panel, title: '' }}
          state={stateOf(answers, failed)}
          onRetry={() => {}}
        />
      ) : (
        <Rows panel={panel} queries={queries} rows={rows} answers={answers!} />
      )}
    </section>
  );
}

function stateOf(answers: readonly ViewAnswer[] | null, failed: string | null | undefined) {
  if (failed) return { kind: 'failed', message: failed } as const;
  return answers === null
    ? ({ kind: 'loading' } as const)
    : ({ kind: 'loaded', value: 0 } as const);
}

interface RowsProps extends TablePanelProps {
  readonly rows: readonly Row[];
  readonly answers: readonly ViewAnswer[];
}

function Rows({ panel, queries, rows, answers }: RowsProps) {
  const units = queries.map((query, index) =>
    unitsOf(
      query,
      answers[index]!.series.map(({ labels }) => labels),
      catalogue.value,
    ),
  );
  return (
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{rows[0]?.labels['host'] === undefined ? 'Series' : 'Host'}</th>
            {queries.map(({ expr, name }) => (
              <th scope="col" class="right" key={expr} title={expr}>
                {name ?? (queries.length === 1 ? 'now' : expr)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, panel.limit).map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <RowName row={row} />
              </th>
              {row.values.map((value, column) => (
                <td class="right" key={queries[column]!.expr}>
                  <Graded grade={column === 0 ? gradeOf(value, panel) : 'good'}>
                    {formatValue(value, units[column]!)}
                  </Graded>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > panel.limit ? (
        <p class="chart-note">
          the first {panel.limit} of {rows.length}
        </p>
      ) : null}
    </div>
  );
}

function RowName({ row }: { row: Row }) {
  const host = hostOf(row.labels);
  if (host === undefined) return <>{row.name}</>;
  return <a href={linkTo({ name: 'host', host })}>{row.name}</a>;
}

function hostOf(labels: Labels): string | undefined {
  return labels['host'] || undefined;
}
