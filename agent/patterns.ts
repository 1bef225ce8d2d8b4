/** @returns whether a name is one of the patterns, in which `*` stands for any letters; no name is one of none */
export function matcher(patterns: readonly string[]): (name: string) => boolean {
  const escaped = patterns.map((pattern) =>
    pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'),
  );
  const expression = new RegExp(`^(?:${escaped.join('|')})$`);
  return (name) => patterns.length > 0 && expression.test(name);
}
