import { evaluateInstant, type Prepared, prepare } from '../query/engine.ts';
import { executionError } from '../query/errors.ts';
import { Labels } from '../query/labels.ts';
import type { SampleSource } from '../query/source.ts';
import type { RuleQuery, Sample } from './evaluate.ts';

/** Expressions kept prepared; rules have a few each, only templates with changing `query` texts could make more. */
const PREPARED_MAX = 20_000;

export interface PreparedQueriesOptions {
  readonly lookbackMs?: number;
  /** Step of subqueries that name none; one minute unless told. */
  readonly subqueryStepMs?: number;
}

/** Instant queries over one source, each expression parsed once. */
export class PreparedQueries implements RuleQuery {
  readonly #source: SampleSource;
  readonly #options: PreparedQueriesOptions;
  readonly #prepared = new Map<string, Prepared>();

  constructor(source: SampleSource, options: PreparedQueriesOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  instant(expr: string, timeMs: number): readonly Sample[] {
    const { value } = evaluateInstant(this.#prepare(expr), {
      source: this.#source,
      timeMs,
      ...this.#options,
    });
    if (value.type === 'vector') return value.samples;
    if (value.type === 'scalar') return [{ labels: Labels.EMPTY, value: value.value }];
    throw executionError('rule result is not a vector or scalar');
  }

  #prepare(expr: string): Prepared {
    const known = this.#prepared.get(expr);
    if (known) return known;
    if (this.#prepared.size >= PREPARED_MAX) this.#prepared.clear();
    const prepared = prepare(expr);
    this.#prepared.set(expr, prepared);
    return prepared;
  }
}
