import type { Matching, SetOperator } from './ast.ts';
import { signatures } from './signature.ts';
import { type Column, isEmpty, mergeSameLabels } from './value.ts';

/** `and`, `or`, `unless`: filters by whether the other side has a series with the same matching labels at the step. */
export function combineSets(
  operator: SetOperator,
  left: Column[],
  right: Column[],
  matching: Matching,
): Column[] {
  const signatureOf = signatures(matching);
  if (operator === 'or') {
    const taken = presenceBySignature(left, signatureOf);
    const added = filterByPresence(right, signatureOf, taken, 0);
    return mergeSameLabels([...left, ...added]);
  }
  return filterByPresence(
    left,
    signatureOf,
    presenceBySignature(right, signatureOf),
    operator === 'and' ? 1 : 0,
  );
}

type SignatureOf = ReturnType<typeof signatures>;

function presenceBySignature(
  columns: readonly Column[],
  signatureOf: SignatureOf,
): Map<string, Uint8Array> {
  const bySignature = new Map<string, Uint8Array>();
  for (const { labels, present } of columns) {
    const signature = signatureOf(labels);
    const known = bySignature.get(signature);
    if (!known)
      bySignature.set(
        signature,
        present.map((mark) => mark && 1),
      );
    else for (let step = 0; step < present.length; step++) if (present[step]) known[step] = 1;
  }
  return bySignature;
}

/** Keeps values where the other side is (`wanted` 1) or is not (0) present. */
function filterByPresence(
  columns: readonly Column[],
  signatureOf: SignatureOf,
  others: ReadonlyMap<string, Uint8Array>,
  wanted: 0 | 1,
): Column[] {
  return columns.filter((column) => {
    const { labels, present } = column;
    const other = others.get(signatureOf(labels));
    if (!other) return wanted === 0;
    for (let step = 0; step < present.length; step++) if (other[step] !== wanted) present[step] = 0;
    return !isEmpty(column);
  });
}
