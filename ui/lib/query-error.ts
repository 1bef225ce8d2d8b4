/** Where in a query its error is: the parser tells line and column, both from 1. */

export interface QueryError {
  /** The words alone. */
  readonly text: string;
  /** The query in three parts: before, the word at fault, after; null where the parser did not say. */
  readonly parts: readonly [before: string, at: string, after: string] | null;
}

const PLACE = /(\d+):(\d+): (?:parse error: )?/;

export function explainError(query: string, message: string): QueryError {
  const match = PLACE.exec(message);
  if (!match) return { text: message, parts: null };
  const lines = query.split('\n');
  const [line, column] = [Number(match[1]), Number(match[2])];
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  const word = /^[\w:]+|^./s.exec(query.slice(start))?.[0] ?? '';
  return {
    text: message.slice(match.index + match[0].length),
    parts: [query.slice(0, start), word, query.slice(start + word.length)],
  };
}
