/** Options of ainsl(1) that change what is looked for. */
export interface AinslOptions {
  /** `-a`: a missing file is made. */
  readonly create?: boolean;
  /** `-s`: blanks of the pattern match any white space. */
  readonly anySpace?: boolean;
  /** `-q`: `*` is quoted. */
  readonly quoteStar?: boolean;
  /** `-Q`: everything is quoted. */
  readonly quoteAll?: boolean;
}

/**
 * What ainsl(1) ("append if no such line") makes of a file.
 * @param text content of the file; undefined when there is none
 * @returns the new content; undefined when the file is missing and not to be made
 * @throws SyntaxError when the pattern is no regular expression
 */
export function insertLine(
  text: string | undefined,
  line: string,
  pattern?: string,
  options: AinslOptions = {},
): string | undefined {
  if (text === undefined && options.create !== true) return undefined;
  const before = text ?? '';
  const search = searchFor(line, pattern, options);
  const lines = before.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.some((one) => search.test(one))) return before;
  const added = pattern === undefined ? line.replace(/^\^/, '').replace(/\$$/, '') : line;
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${added}\n`;
}

function searchFor(line: string, pattern: string | undefined, options: AinslOptions): RegExp {
  let source = pattern ?? line.replaceAll(/[()+]/g, '\\$&');
  if (options.anySpace) source = source.replaceAll(/\s+/g, '\\s+');
  if (options.quoteStar) source = source.replaceAll('*', '\\*');
  if (options.quoteAll) source = source.replaceAll(/[^A-Za-z0-9_]/g, '\\$&');
  return new RegExp(source);
}
