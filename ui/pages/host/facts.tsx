import type { HostDetail, SeriesInfo } from '../../../wire/http.ts';
import { natural } from '../../lib/rack-map.ts';
import { formatValue } from '../../lib/units.ts';

/** What does not move: facts of the agent, text metrics, constants. */
export function Facts({ host }: { host: HostDetail }) {
  const constants = host.series.filter((one) => one.type === 'string' || one.slope === 'zero');
  const rows: (readonly [string, string])[] = [
    ...Object.entries(host.facts),
    ...constants.map((one) => [one.key, textOf(one)] as const),
  ];
  return (
    <section class="facts-section" aria-labelledby="group-facts">
      <h2 id="group-facts" class="group-title">
        Facts
      </h2>
      <dl class="panel facts">
        {rows
          .toSorted(([a], [b]) => natural(a, b))
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function textOf(series: SeriesInfo): string {
  return typeof series.value === 'string' ? series.value : formatValue(series.value, series.units);
}
