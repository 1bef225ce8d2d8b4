import { lenses } from '../../data/catalogue.ts';
import { params, setParams } from '../../data/router.ts';
import type { Lens } from '../../lib/lens.ts';
import { type Domain, RAMP_STEPS } from '../../lib/ramp.ts';
import { formatTicks } from '../../lib/units.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { LensSelect } from './lens-select.tsx';

interface ToolbarProps {
  readonly lens: Lens;
  readonly domain: Domain;
  readonly groupBy: string;
  readonly groupings: readonly string[];
  readonly shownCount: number;
  readonly selectedCount: number;
  readonly isTable: boolean;
}

/** What the map shows and how; every choice is in the URL. */
export function Toolbar(props: ToolbarProps) {
  const { lens, domain, groupBy, groupings, shownCount, selectedCount, isTable } = props;
  return (
    <div class="toolbar" role="toolbar" aria-label="Hosts">
      <LensSelect
        label="Colour"
        lens={lens}
        lenses={lenses.value}
        onLens={(color) => setParams({ color })}
      />
      <label class="lens-select">
        <span>Group by</span>
        <select
          value={groupBy}
          onChange={(event) => setParams({ group: event.currentTarget.value })}
        >
          {groupings.map((label) => (
            <option key={label}>{label}</option>
          ))}
        </select>
      </label>
      <SearchField param="name" label="Names" placeholder="names, such as n[001-032] !n007" />
      <label class="check">
        <input
          type="checkbox"
          checked={params.value.get('down') === 'hide'}
          onChange={(event) => setParams({ down: event.currentTarget.checked ? 'hide' : null })}
        />
        hide down
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={isTable}
          onChange={(event) => setParams({ view: event.currentTarget.checked ? 'table' : null })}
        />
        as table
      </label>
      <span class="faint">{shownCount} shown</span>
      {selectedCount > 0 ? (
        <button type="button" onClick={() => setParams({ select: null })}>
          {selectedCount} selected ✕
        </button>
      ) : null}
      <Ramp domain={domain} units={lens.units} />
    </div>
  );
}

/** The colours from the least to the largest value. */
function Ramp({ domain: { min, max }, units }: { domain: Domain; units: string }) {
  const [low, high] = formatTicks([min, max], units);
  return (
    <div class="ramp" role="img" aria-label={`Colours from ${low} to ${high}`}>
      <span>{low}</span>
      <div class="ramp-bar">
        {Array.from({ length: RAMP_STEPS }, (_, step) => (
          <i key={step} class={`ramp-${step}`} />
        ))}
      </div>
      <span>{high}</span>
    </div>
  );
}
