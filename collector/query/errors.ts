import { InputError } from '../../base/errors.ts';
import type { Span } from './ast.ts';

/**
 * - `query-parse`: the text is not a query (HTTP 400, `bad_data`)
 * - `query-execution`: the data does not fit the query (422, `execution`)
 * - `query-unsupported`: the query needs native histograms (422, `execution`)
 * - `query-limit`: it would read or return too much (422, `execution`)
 * - `query-timeout`: it took too long (503, `timeout`)
 * - `query-canceled`: the caller went away (499, `canceled`)
 */
export type QueryErrorCode =
  | 'query-parse'
  | 'query-execution'
  | 'query-unsupported'
  | 'query-limit'
  | 'query-timeout'
  | 'query-canceled';

/** A query that cannot be answered. The text is Prometheus' where Prometheus has one; `span` is the part of the query it is about. */
export class QueryError extends InputError {
  readonly span: Span | undefined;

  constructor(code: QueryErrorCode, message: string, span?: Span) {
    super(code, message);
    this.name = 'QueryError';
    this.span = span;
  }
}

/** A `query-parse` error; its text begins with the position, as `1:7: parse error: …`. */
export function parseError(text: string, message: string, span: Span): QueryError {
  return new QueryError(
    'query-parse',
    `${lineAndColumn(text, span.from)}: parse error: ${message}`,
    span,
  );
}

export function executionError(message: string, span?: Span): QueryError {
  return new QueryError('query-execution', message, span);
}

/** `line:column` of an offset, both counted from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - before.lastIndexOf('\n')}`;
}
