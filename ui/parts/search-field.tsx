import { params, setParams } from '../data/router.ts';

export interface SearchFieldProps {
  /** Parameter of the URL that holds the text, so that a link keeps it. */
  readonly param: string;
  /** For screen readers. */
  readonly label: string;
  readonly placeholder: string;
}

/** A field that filters what is shown while one types. */
export function SearchField({ param, label, placeholder }: SearchFieldProps) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={params.value.get(param) ?? ''}
      onInput={(event) => setParams({ [param]: event.currentTarget.value || null })}
    />
  );
}
