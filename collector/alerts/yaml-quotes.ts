/** A line whose value begins with a quote, behind dashes, a key, anchor or tag. */
const OPENING =
  /^( *)(?:- +)*(?:[^\s"'#[{&!|>%@`-][^"'#]*?: +|(["'])[^"']*\2 *: +)?(?:[&!]\S* +)*(["'])/;
/** A line that is followed by a block of text. */
const BLOCK = /(?:^|: +|- +)(?:[&!]\S* +)*[|>][-+\d]*[ \t]*(?:#.*)?$/;
const CLOSING = { '"': /^(?:[^"\\]|\\.)*"/, "'": /^(?:[^']|'')*'(?!')/ } as const;

/**
 * Indents the further lines of quoted texts. YAML wants them deeper than their key; libyaml, by which Prometheus and Alertmanager read, takes
 * them anywhere, and files have them so. Spaces at the beginning of such a line do not belong to the text.
 */
export function indentQuoted(yaml: string): string {
  let open: { readonly quote: '"' | "'"; readonly indent: number } | undefined;
  let blockIndent = Number.POSITIVE_INFINITY;
  const lines = yaml.split('\n').map((line) => {
    if (open) {
      const { quote, indent } = open;
      if (CLOSING[quote].test(line)) open = undefined;
      return line.trim() === '' ? line : ' '.repeat(indent + 1) + line;
    }
    const indent = line.length - line.trimStart().length;
    if (line.trim() === '' || indent > blockIndent) return line;
    blockIndent = BLOCK.test(line) ? indent : Number.POSITIVE_INFINITY;
    const [start, , , quote] = OPENING.exec(line) ?? [];
    if (start === undefined || (quote !== '"' && quote !== "'")) return line;
    if (!CLOSING[quote].test(line.slice(start.length))) open = { quote, indent };
    return line;
  });
  return lines.join('\n');
}
