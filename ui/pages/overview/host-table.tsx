import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { HostSummary } from '../../../wire/http.ts';
import { linkTo } from '../../data/router.ts';
import type { Lens } from '../../lib/lens.ts';
import { formatValue } from '../../lib/units.ts';
import { STATE_SHAPES, Status } from '../../parts/status.tsx';
import { useHeld } from '../../parts/use-held.ts';
import { useSize } from '../../parts/use-size.ts';
import type { HostValues } from './host-values.ts';

interface HostTableProps {
  readonly hosts: readonly HostSummary[];
  readonly lenses: readonly Lens[];
  readonly values: HostValues;
}

/** As high as the style sheet makes them. */
const ROW_PX = 23;
/** Rows above and below those in view, so that scrolling finds them there. */
const SPARE_ROWS = 10;

/** The map as text: every host with its state and values, the largest first. Of thousands only the rows in view are there. */
export function HostTable({ hosts, lenses, values }: HostTableProps) {
  void values.version.value;
  const [first] = lenses;
  const sizeOf = (host: HostSummary) => (first ? values.value(first, host.name) : 0);
  const { value: names, handlers } = useHeld(() =>
    hosts.toSorted((a, b) => (sizeOf(b) || 0) - (sizeOf(a) || 0)).map(({ name }) => name),
  );
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const top = useSignal(0);
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = ({ name }: HostSummary) => places.get(name) ?? names.length;
  const rows = hosts.toSorted((a, b) => placeOf(a) - placeOf(b));
  const from = Math.max(0, Math.floor(top.value / ROW_PX) - SPARE_ROWS);
  const count = Math.ceil(size.value.height / ROW_PX) + 2 * SPARE_ROWS;
  const after = Math.max(0, rows.length - from - count);
  return (
    <div
      class="host-table"
      ref={frame}
      onScroll={() => {
        top.value = frame.current!.scrollTop;
      }}
      {...handlers}
    >
      <table
        aria-rowcount={rows.length + 1}
        style={{ margin: `${from * ROW_PX}px 0 ${after * ROW_PX}px` }}
      >
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
          {rows.slice(from, from + count).map((host, place) => (
            // By place: rows that change their places each second cost more than their texts.
            <tr key={from + place} aria-rowindex={from + place + 2}>
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
