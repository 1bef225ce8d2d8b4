import { CommandError, EXIT } from './exit.ts';

/**
 * @param pairs `name=value`, as options give them
 * @throws CommandError `usage`
 */
export function parseLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new CommandError(EXIT.usage, `a label is name=value, not ${pair}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
