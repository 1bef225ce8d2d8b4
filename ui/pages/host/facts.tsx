import type { HostDetail, SeriesInfo } from '../../../wire/http.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { natural } from '../../lib/rack-map.ts';
import { formatValue } from '../../lib/units.ts';
import { FactList } from '../../parts/facts.tsx';

/** What does not move: labels, facts of the agent, text metrics, constants. */
export function Facts({ host }: { host: HostDetail }) {
  const constants = host.series.filter((one) => one.type === 'string' || one.slope === 'zero');
  const rows: (readonly [string, string])[] = [
    ...Object.entries(host.facts),
    ...constants.map((one) => [one.key, textOf(one)] as const),
  ];
  return (
    <div class="stack">
      <section class="panel" aria-label="Labels">
        <h2>Labels</h2>
        <FactList rows={[...Object.entries(host.labels), ['agent id', host.id]]} />
      </section>
      <section class="panel" aria-label="Facts">
        <h2>
          Facts <span class="faint">and whatever never moves</span>
        </h2>
        <FactList rows={rows.toSorted(([a], [b]) => natural(a, b))} />
      </section>
    </div>
  );
}

/** As many seconds are no duration but a time since the epoch: when the machine booted. */
const EPOCH_S_MIN = 1e9;

function textOf({ value, units }: SeriesInfo): string {
  if (typeof value === 'string') return value;
  if (units === 's' && value !== null && value > EPOCH_S_MIN) return dateTimeText(value);
  return formatValue(value, units);
}
