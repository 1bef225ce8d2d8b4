import type { HostSummary } from '../../../wire/http.ts';
import { linkTo } from '../../data/router.ts';
import type { Lens } from '../../lib/lens.ts';
import { formatValue } from '../../lib/units.ts';
import { STATE_SHAPES, Status } from '../../parts/status.tsx';
import { useHeld } from '../../parts/use-held.ts';
import type { HostValues } from './host-values.ts';

interface HostTableProps {
  readonly hosts: readonly HostSummary[];
  readonly lenses: readonly Lens[];
  readonly values: HostValues;
}

/** The map as text: every host with its state and values, the largest first. */
export function HostTable({ hosts, lenses, values }: HostTableProps) {
  void values.version.value;
  const [first] = lenses;
  const size = (host: HostSummary) => (first ? values.value(first, host.name) : 0);
  const { value: names, handlers } = useHeld(() =>
    hosts.toSorted((a, b) => (size(b) || 0) - (size(a) || 0)).map(({ name }) => name),
  );
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = ({ name }: HostSummary) => places.get(name) ?? names.length;
  const rows = hosts.toSorted((a, b) => placeOf(a) - placeOf(b));
  return (
    <div class="host-table" {...handlers}>
      <table>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">State</th>
            {lenses.map((lens) => (
              <th scope="col" class="right" key={lens.id}>
                {lens.title}
              </th>
            ))}
            <th scope="col">Labels</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((host) => (
            <tr key={host.id}>
              <th scope="row">
                <a href={linkTo({ name: 'host', host: host.name })}>{host.name}</a>
              </th>
              <td>
                <Status shape={STATE_SHAPES[host.state]}>{host.state}</Status>
              </td>
              {lenses.map((lens) => (
                <td class="right" key={lens.id}>
                  {formatValue(values.value(lens, host.name), lens.units)}
                </td>
              ))}
              <td class="faint">{Object.values(host.labels).join(' · ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
