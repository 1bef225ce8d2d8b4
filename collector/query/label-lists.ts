/** Names and values in lists of label sets, remembered as long as the list: a source gives the same list while nothing changes. */
import type { Labels } from './labels.ts';

interface Facts {
  names: ReadonlySet<string> | undefined;
  readonly values: Map<string, ReadonlySet<string>>;
}

const FACTS = new WeakMap<readonly Labels[], Facts>();

function factsOf(list: readonly Labels[]): Facts {
  const facts = FACTS.get(list) ?? { names: undefined, values: new Map() };
  FACTS.set(list, facts);
  return facts;
}

/** All label names. */
export function namesIn(list: readonly Labels[]): ReadonlySet<string> {
  const facts = factsOf(list);
  if (facts.names) return facts.names;
  const names = new Set<string>();
  for (const labels of list) for (const [name] of labels) names.add(name);
  facts.names = names;
  return names;
}

/** All values of one label. */
export function valuesIn(list: readonly Labels[], label: string): ReadonlySet<string> {
  const { values: known } = factsOf(list);
  const before = known.get(label);
  if (before) return before;
  const values = new Set(list.map((labels) => labels.get(label)));
  values.delete('');
  // Names that no series has are not kept: clients could ask for any number of them.
  if (values.size > 0) known.set(label, values);
  return values;
}
