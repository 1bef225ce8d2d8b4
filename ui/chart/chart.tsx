import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { nowS } from '../data/live.ts';
import { compare, range } from '../data/router.ts';
import { colours } from '../data/theme.ts';
import type { Table } from '../lib/csv.ts';
import { rangeBounds } from '../lib/time-range.ts';
import { needsCaption } from '../lib/units.ts';
import { ChartController, type ChartSpec } from './chart-controller.ts';
import { ghostLines, withGhosts } from './compare.ts';
import type { FeedState } from './feed.ts';
import { Legend } from './legend.tsx';
import { ChartMenu } from './menu.tsx';
import { chartPicture } from './picture.ts';
import { SelectionPanel } from './selection-panel.tsx';
import { ValueTable } from './value-table.tsx';

export interface ChartProps extends ChartSpec {
  readonly title: string;
  readonly description?: string;
  /** Of the plot with its axes, CSS pixels. */
  readonly height?: number;
  /** What is left out, said below the lines. */
  readonly note?: string;
  /** Extra controls in the head of the chart. */
  readonly children?: preact.ComponentChildren;
  /** In PromQL, what a rule that is made from this chart would watch. */
  readonly watch?: string;
  /** Lines that are shown of an earlier time too; all when absent. */
  readonly compareColumns?: readonly number[];
}

const HEIGHT = 150;

/** A chart with its title, legend, four states (loading, error, empty, data), tooltip, keyboard and table. */
export function Chart(given: ChartProps) {
  const props = compared(given);
  const { title, units, lines, kind = 'lines', height = HEIGHT } = props;
  const id = useId();
  const body = useRef<HTMLDivElement>(null);
  const controller = useRef<ChartController>(null);
  const state = useSignal<FeedState>({ kind: 'loading' });
  const spoken = useSignal('');
  const isTable = useSignal(false);
  const hidden = useSignal<ReadonlySet<number>>(new Set());
  const legendValues = useRef<(row: readonly (number | null)[] | null) => void>(() => {});
  const shownRange = range.value;
  // Sources and lines are made anew by each render of the page; the chart lives as long as what they say is the same.
  const identity = JSON.stringify([kind, units, lines.map((line) => line.name), title]);

  useEffect(() => {
    const chart = new ChartController(
      body.current!,
      props,
      { title, range: shownRange, height },
      {
        state: (next) => {
          state.value = next;
        },
        speak: (text) => {
          spoken.value = text;
        },
        values: (row) => legendValues.current(row),
      },
    );
    controller.current = chart;
    chart.setHidden(hidden.peek());
    return () => chart.close();
  }, [identity]);
  useEffect(() => controller.current?.update(props));
  useEffect(() => controller.current?.setRange(shownRange), [shownRange]);

  const silence = props.noData?.()?.text;
  const table = (): Table => controller.current?.table() ?? { times: [], names: [], columns: [] };
  const picture = () => {
    const plot = controller.current?.canvas;
    const named = lines.filter((line, index) => !line.isQuiet && !hidden.peek().has(index));
    return plot && chartPicture({ plot, title, lines: named }, colours.peek());
  };
  const setHidden = (next: ReadonlySet<number>) => {
    hidden.value = next;
    controller.current?.setHidden(next);
  };
  return (
    <figure
      class="chart"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read its values
      tabIndex={0}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-help`}
      onKeyDown={(event) => controller.current?.onKey(event)}
      onBlur={() => controller.current?.endKeys()}
    >
      <figcaption class="chart-head">
        <span class="chart-title" id={`${id}-title`} title={props.description ?? title}>
          {title}
        </span>
        {needsCaption(units) ? (
          <span class="chart-units">{units.replace('/sec', '/s')}</span>
        ) : null}
        {props.children}
        <ChartMenu
          title={title}
          table={table}
          picture={picture}
          svg={
            props.source.svg
              ? () => props.source.svg!(rangeBounds(shownRange, nowS.peek()))
              : undefined
          }
          watch={props.watch}
          isTable={isTable.value}
          onTable={() => {
            isTable.value = !isTable.value;
          }}
        />
      </figcaption>
      <div class="chart-body" ref={body} style={{ height: `${height}px` }}>
        <ChartState state={state.value} onRetry={() => controller.current?.reload()} />
      </div>
      <Legend
        lines={lines}
        units={units}
        hidden={hidden.value}
        onHidden={setHidden}
        bind={(write) => {
          legendValues.current = write;
        }}
      />
      {props.note ? <p class="chart-note">{props.note}</p> : null}
      <SelectionPanel chart={title} units={units} table={table} />
      {isTable.value ? <ValueTable table={table()} units={units} title={title} /> : null}
      <span id={`${id}-help`} class="hidden-text">
        {units === '' ? '' : `in ${units}. `}Arrow keys read the values.
        {silence ? ` There is ${silence}.` : ''}
      </span>
      <span class="hidden-text" role="status" aria-live="polite">
        {spoken}
      </span>
    </figure>
  );
}

/** The chart with the lines of an earlier time, when the page compares. */
function compared(props: ChartProps): ChartProps {
  const earlier = compare.value;
  if (earlier === null) return props;
  const columns = props.compareColumns ?? props.lines.map((_, column) => column);
  return {
    ...props,
    // Lines of two times cannot stand on each other.
    kind: props.kind === 'stack' ? 'lines' : (props.kind ?? 'lines'),
    lines: ghostLines(props.lines, columns, earlier.text),
    source: withGhosts(props.source, columns, earlier.seconds),
    note: [props.note, `dashed: ${earlier.text} ago`].filter(Boolean).join('; '),
  };
}

function ChartState({ state, onRetry }: { state: FeedState; onRetry: () => void }) {
  switch (state.kind) {
    case 'loading':
      return <div class="chart-state skeleton" role="status" aria-label="loading" />;
    case 'empty':
      return <div class="chart-state">No values in this range</div>;
    case 'error':
      return (
        <div class="chart-state failed" role="alert">
          <span>{state.message}</span>
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      );
    case 'data':
      return null;
  }
}
