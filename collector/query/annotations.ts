import type { Span } from './ast.ts';
import { lineAndColumn } from './errors.ts';

export interface Annotation {
  readonly level: 'warning' | 'info';
  /** Begins with `PromQL warning: ` or `PromQL info: `. */
  readonly text: string;
  readonly span: Span;
}

/** Most annotations of one level in an answer; a query over thousands of series could give thousands. */
const SHOWN_MAX = 10;

/** What a query wants to tell besides its result; each text and place once. */
export class Annotations {
  readonly #byKey = new Map<string, Annotation>();

  warn(text: string, span: Span): void {
    this.#add({ level: 'warning', text: `PromQL warning: ${text}`, span });
  }

  inform(text: string, span: Span): void {
    this.#add({ level: 'info', text: `PromQL info: ${text}`, span });
  }

  get all(): readonly Annotation[] {
    return [...this.#byKey.values()];
  }

  #add(annotation: Annotation): void {
    this.#byKey.set(`${annotation.span.from} ${annotation.text}`, annotation);
  }
}

/** Annotations of two parts of one query. */
export function united(
  some: readonly Annotation[],
  others: readonly Annotation[],
): readonly Annotation[] {
  const isNew = ({ text, span }: Annotation) =>
    !some.some((one) => one.text === text && one.span.from === span.from);
  return [...some, ...others.filter(isNew)];
}

/** The texts of one level with their positions in the query, at most ten and a line that counts the rest. */
export function describeAnnotations(
  annotations: readonly Annotation[],
  level: Annotation['level'],
  query: string,
): string[] {
  const texts = annotations
    .filter((annotation) => annotation.level === level)
    .map(({ text, span }) => `${text} (${lineAndColumn(query, span.from)})`);
  const omitted = texts.length - SHOWN_MAX;
  if (omitted <= 0) return texts;
  return [...texts.slice(0, SHOWN_MAX), `${omitted} more ${level} annotations omitted`];
}

export function invalidQuantile(annotations: Annotations, quantile: number, span: Span): void {
  if (quantile >= 0 && quantile <= 1) return;
  annotations.warn(`quantile value should be between 0 and 1, got ${formatGo(quantile)}`, span);
}

/** Go's `%g`. */
export function formatGo(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
