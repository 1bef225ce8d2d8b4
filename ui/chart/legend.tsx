import { useEffect, useRef } from 'preact/hooks';
import { colours } from '../data/theme.ts';
import { formatValue } from '../lib/units.ts';
import type { Line } from './plot.ts';

interface LegendProps {
  readonly lines: readonly Line[];
  readonly units: string;
  readonly hidden: ReadonlySet<number>;
  readonly onHidden: (hidden: ReadonlySet<number>) => void;
  /** Hands out the function that writes values: they change each second, too often for a render. */
  readonly bind: (write: (values: readonly (number | null)[] | null) => void) => void;
}

/** Names, colours and values of the lines. A click shows one alone, with Shift it hides or shows one. */
export function Legend({ lines, units, hidden, onHidden, bind }: LegendProps) {
  const values = useRef<(HTMLElement | null)[]>([]);
  useEffect(() => {
    bind((row) => {
      lines.forEach((_, index) => {
        const element = values.current[index];
        const text = row ? formatValue(row[index], units) : '';
        if (element && element.textContent !== text) element.textContent = text;
      });
    });
  });
  const onClick = (index: number, isToggle: boolean) =>
    onHidden(nextHidden(hidden, index, lines.length, isToggle));
  return (
    <ul class="legend">
      {lines.map((line, index) => (
        <li key={line.name} hidden={line.isQuiet ?? false}>
          <button
            type="button"
            aria-pressed={!hidden.has(index)}
            title={`${line.name} — click: alone, Shift-click: hide or show`}
            onClick={(event) => onClick(index, event.shiftKey)}
          >
            <i
              class={line.dash ? 'swatch dashed' : 'swatch'}
              style={{ background: line.colour(colours.value) }}
            />
            <span class="legend-name">{line.name}</span>
            <b
              ref={(element) => {
                values.current[index] = element;
              }}
            />
          </button>
        </li>
      ))}
    </ul>
  );
}

function nextHidden(
  hidden: ReadonlySet<number>,
  index: number,
  count: number,
  isToggle: boolean,
): ReadonlySet<number> {
  const others = Array.from({ length: count }, (_, other) => other).filter(
    (other) => other !== index,
  );
  if (!isToggle) {
    const isAlone = others.every((other) => hidden.has(other)) && !hidden.has(index);
    return new Set(isAlone ? [] : others);
  }
  const next = new Set(hidden);
  if (!next.delete(index)) next.add(index);
  return next.size === count ? new Set() : next;
}
