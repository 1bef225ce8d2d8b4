/** What a silence holds back: labels and what they must be, written as PromQL writes it. */

export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** `host="n003"` */
export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${name}${operator}${JSON.stringify(value)}`;
}

const ONE = /^\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/;

/** Reads `alertname="X", host=~"n001|n002"`. @returns null where the text is none, or nothing */
export function parseMatchers(text: string): Matcher[] | null {
  const found: Matcher[] = [];
  let rest = text;
  while (rest.trim() !== '') {
    const match = ONE.exec(rest);
    const value = match && unquoted(match[3]!);
    if (!match || value === null) return null;
    const [whole, name, operator] = match;
    found.push({
      name: name!,
      value,
      isRegex: operator!.endsWith('~'),
      isEqual: operator!.startsWith('='),
    });
    rest = rest.slice(whole.length);
  }
  return found.length > 0 ? found : null;
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null; // an escape that only other languages know
  }
}

/** A label that is one of `values`, each of which is taken literally. */
export function oneOf(name: string, values: readonly string[]): Matcher {
  const [only] = values;
  if (values.length === 1) return { name, value: only!, isRegex: false, isEqual: true };
  const literal = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { name, value: literal.join('|'), isRegex: true, isEqual: true };
}

/** What all the alerts have in common, and the hosts that they are about. */
export function matchersFor(labels: readonly Readonly<Record<string, string>>[]): Matcher[] {
  const names = Object.keys(labels[0] ?? {}).filter((name) => name !== 'host');
  const common = names.filter((name) => labels.every((one) => one[name] === labels[0]![name]));
  const hosts = [...new Set(labels.flatMap(({ host }) => host ?? []))];
  return [
    ...common.map((name) => oneOf(name, [labels[0]![name]!])),
    ...(hosts.length > 0 ? [oneOf('host', hosts)] : []),
  ];
}
