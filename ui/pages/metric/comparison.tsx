import type { MetricInfo } from '../../../wire/http.ts';
import { PromChart } from '../../chart/prom-chart.tsx';
import { hosts } from '../../data/live.ts';
import { params, setParams } from '../../data/router.ts';
import { matcherText, oneOf } from '../../lib/matchers.ts';
import { spoken } from '../../lib/metric-words.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { groupings } from '../../lib/rack-map.ts';

const CHART_HEIGHT = 180;
/** More lines than a person compares. */
const HOSTS_MAX = 12;

/** Ways to make one line of a group. */
const FOLDS = {
  mean: 'avg',
  maximum: 'max',
  minimum: 'min',
  sum: 'sum',
  p95: 'quantile',
} as const;
type Fold = keyof typeof FOLDS;

/** The metric of some hosts beside each other, or of whole groups: racks, classes, devices. */
export function Comparison({ metric }: { metric: MetricInfo }) {
  const label = params.value.get('by') ?? '';
  const pattern = params.value.get('hosts') ?? '';
  const fold = foldOf(params.value.get('fold'));
  const labels = [
    ...metric.labelNames,
    ...groupings(hosts.value).filter((name) => name !== 'state'),
  ];
  const takes = namePattern(pattern);
  const names = pattern === '' ? [] : hosts.value.map(({ name }) => name).filter(takes);
  return (
    <div class="groups">
      <div class="controls">
        <label class="lens-select">
          Compare hosts
          <input
            type="search"
            value={pattern}
            placeholder="names, such as n[001-004]"
            onInput={(event) => setParams({ hosts: event.currentTarget.value || null })}
          />
        </label>
        <label class="lens-select">
          Group by
          <select
            value={label}
            onChange={(event) => setParams({ by: event.currentTarget.value || null })}
          >
            <option value="">nothing</option>
            {labels.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label class="lens-select">
          as
          <select
            aria-label="How a group becomes one line"
            value={fold}
            onChange={(event) => setParams({ fold: event.currentTarget.value })}
          >
            {Object.keys(FOLDS).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      {names.length > 0 ? (
        <PromChart
          expr={`${metric.name}{${matcherText(oneOf('host', names.slice(0, HOSTS_MAX)))}}`}
          title={
            names.length > HOSTS_MAX
              ? `${HOSTS_MAX} of ${names.length} hosts`
              : 'Hosts beside each other'
          }
          units={metric.units}
          height={CHART_HEIGHT}
        />
      ) : null}
      {labels.includes(label) ? (
        <PromChart
          key={`${label} ${fold}`}
          expr={foldExpr(metric.name, label, fold)}
          title={`${fold === 'p95' ? fold : spoken(fold)} by ${label}`}
          units={metric.units}
          height={CHART_HEIGHT}
        />
      ) : null}
    </div>
  );
}

function foldOf(text: string | null): Fold {
  return text !== null && Object.hasOwn(FOLDS, text) ? (text as Fold) : 'mean';
}

function foldExpr(metric: string, label: string, fold: Fold): string {
  const argument = fold === 'p95' ? '0.95, ' : '';
  return `${FOLDS[fold]} by (${label}) (${argument}${metric})`;
}
