import type { Lens } from '../../lib/lens.ts';

interface LensSelectProps {
  readonly label: string;
  readonly lens: Lens;
  readonly lenses: readonly Lens[];
  readonly onLens: (id: string) => void;
}

/** Chooses what hosts are looked at by. */
export function LensSelect({ label, lens, lenses, onLens }: LensSelectProps) {
  return (
    <label class="lens-select">
      <span>{label}</span>
      <select value={lens.id} onChange={(event) => onLens(event.currentTarget.value)}>
        {lenses.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
