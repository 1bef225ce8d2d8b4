import type { HostSummary } from '../../../wire/http.ts';
import { linkTo } from '../../data/router.ts';
import type { Lens } from '../../lib/lens.ts';
import { domainOf } from '../../lib/ramp.ts';
import { formatValue } from '../../lib/units.ts';
import { Bar } from '../../parts/bar.tsx';
import { useHeld } from '../../parts/use-held.ts';
import type { HostValues } from './host-values.ts';
import { LensSelect } from './lens-select.tsx';

const ROWS = 10;

interface TopListProps {
  readonly lens: Lens;
  readonly lenses: readonly Lens[];
  readonly hosts: readonly HostSummary[];
  readonly values: HostValues;
  readonly onLens: (id: string) => void;
}

/** The ten hosts with the largest values now. */
export function TopList({ lens, lenses, hosts, values, onLens }: TopListProps) {
  return (
    <section class="top-list" aria-label={`Top ${ROWS} by ${lens.title}`}>
      <LensSelect label="Top" lens={lens} lenses={lenses} onLens={onLens} />
      <TopRows lens={lens} hosts={hosts} values={values} />
    </section>
  );
}

function TopRows({ lens, hosts, values }: Pick<TopListProps, 'lens' | 'hosts' | 'values'>) {
  // Read so that this part alone renders again with each frame.
  void values.version.value;
  const { value: names, handlers } = useHeld(() =>
    largest(hosts, (name) => values.value(lens, name)),
  );
  const { min, max } = domainOf([values.value(lens, names[0] ?? '')], lens.units);
  return (
    <ol {...handlers}>
      {names.map((name, place) => (
        // By place, not by name: elements that come and go each second cost more than their texts.
        <li key={place}>
          <a href={linkTo({ name: 'host', host: name })} title={name}>
            {name}
          </a>
          <Bar share={(values.value(lens, name) - min) / (max - min)} />
          <b>{formatValue(values.value(lens, name), lens.units)}</b>
        </li>
      ))}
    </ol>
  );
}

/** Names of the hosts with the largest values, unknown ones left out. */
function largest(hosts: readonly HostSummary[], read: (name: string) => number): string[] {
  return hosts
    .map(({ name }) => ({ name, value: read(name) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value)
    .slice(0, ROWS)
    .map(({ name }) => name);
}
