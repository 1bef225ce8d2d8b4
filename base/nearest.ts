/** What a person meant who misspelt a name. */

export function unknownKey(kind: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `unknown ${kind} "${name}"${near === undefined ? `; known: ${known.join(', ')}` : `; did you mean "${near}"?`}`;
}

/** @returns the known name that a person most likely meant, or undefined when none is near */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((other) => ({ other, distance: editDistance(name, other) }));
  distances.sort((a, b) => a.distance - b.distance);
  const best = distances[0];
  return best && best.distance <= Math.max(2, name.length / 3) ? best.other : undefined;
}

/** Levenshtein's distance, ignoring case. */
function editDistance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
