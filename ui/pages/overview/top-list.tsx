import type { HostSummary } from '../../../wire/http.ts';
import { linkTo } from '../../data/router.ts';
import type { Lens } from '../../lib/lens.ts';
import { domainOf } from '../../lib/ramp.ts';
import { formatValue } from '../../lib/units.ts';
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
  const rows = hosts
    .map((host) => ({ name: host.name, value: values.value(lens, host.name) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value)
    .slice(0, ROWS);
  const { min, max } = domainOf([rows[0]?.value ?? 0], lens.units);
  return (
    <ol>
      {rows.map(({ name, value }) => (
        <li key={name}>
          <a href={linkTo({ name: 'host', host: name })} title={name}>
            {name}
          </a>
          <span class="bar" aria-hidden="true">
            <i
              style={{ width: `${Math.max(0, Math.min(1, (value - min) / (max - min))) * 100}%` }}
            />
          </span>
          <b>{formatValue(value, lens.units)}</b>
        </li>
      ))}
    </ol>
  );
}
