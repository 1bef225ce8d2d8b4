import { lastOf, PromChart } from '../../chart/prom-chart.tsx';
import { nameOfSeries, type PromSeries, type RangeResult } from '../../data/promql.ts';
import { params, setParams } from '../../data/router.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { digits } from '../../lib/units.ts';
import { TableHead } from '../../parts/table-head.tsx';
import { QueryField } from './query-field.tsx';

const ROWS_MAX = 500;

/** Questions that no page foresaw, in PromQL. */
export function ExplorePage() {
  const expr = params.value.get('expr') ?? '';
  return (
    <>
      <div class="page-head">
        <h1>Explore</h1>
        <span class="dim">PromQL over live values and archives</span>
      </div>
      <QueryField expr={expr} onRun={(next) => setParams({ expr: next || null }, true)} />
      {expr === '' ? (
        <Examples />
      ) : (
        <div class="stack">
          <PromChart key={expr} expr={expr} title={expr} units="" height={280}>
            {(series, result) => (
              <>
                <Plan result={result} />
                <SeriesTable series={series} />
              </>
            )}
          </PromChart>
        </div>
      )}
    </>
  );
}

const EXAMPLES: readonly (readonly [expr: string, what: string])[] = [
  ['topk(5, load_one)', 'the five busiest hosts at each instant'],
  ['avg by (rack) (cpu_user)', 'the mean of each rack'],
  ['100 * (1 - mem_available / mem_total) > 90', 'hosts with little memory left'],
  ['max_over_time(load_one[10m])', 'the peak of the last ten minutes'],
  ['sum(bytes_in) + sum(bytes_out)', 'traffic of the whole cluster'],
];

function Examples() {
  return (
    <section class="panel scroll" aria-label="Examples">
      <table class="list">
        <tbody>
          {EXAMPLES.map(([expr, what]) => (
            <tr key={expr}>
              <td class="wrap">
                <a href={`/explore?${new URLSearchParams({ expr })}`}>
                  <code>{expr}</code>
                </a>
              </td>
              <td class="dim wrap">{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the query read, of which archive: why it is fast or slow, fine or coarse. */
function Plan({ result: { plan, samplesRead, tookMs } }: { result: RangeResult }) {
  return (
    <section class="panel scroll" aria-label="Plan">
      <h2>
        Plan{' '}
        <span class="faint">
          {digits(samplesRead)} samples read, answered in {digits(Math.round(tookMs))} ms
        </span>
      </h2>
      <table class="list">
        <TableHead
          columns={[
            'Selector',
            'Archive',
            { right: 'Series' },
            { right: 'Samples at most' },
            'From',
            'To',
          ]}
        />
        <tbody>
          {plan.map((one) => (
            <tr key={`${one.selector} ${one.from}`}>
              <td class="wrap">
                <code>{one.selector}</code>
              </td>
              <td>{one.archive}</td>
              <td class="right">{one.series}</td>
              <td class="right">{one.samples}</td>
              <td>{dateTimeText(one.from)}</td>
              <td>{dateTimeText(one.to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SeriesTable({ series }: { series: readonly PromSeries[] }) {
  return (
    <section class="panel scroll" aria-label="Series">
      <h2>
        {series.length} series <span class="faint">with their newest values</span>
      </h2>
      <table class="list">
        <tbody>
          {series.slice(0, ROWS_MAX).map((one) => (
            <tr key={nameOfSeries(one.metric)}>
              <td>
                <code>{nameOfSeries(one.metric)}</code>
              </td>
              <td class="right">{digits(lastOf(one))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
