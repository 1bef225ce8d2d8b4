import { reasonOf } from '../../base/errors.ts';
import type { Labels } from '../query/labels.ts';
import {
  AlertingRuleState,
  alertSeries,
  type EvaluationContext,
  record,
  type Sample,
} from './evaluate.ts';
import type { Rule, RuleGroup } from './rule.ts';
import type { RuleSeries } from './rule-series.ts';

/** A rule as it stands after its last evaluation. */
export interface RuleHealth {
  readonly rule: Rule;
  /** undefined for a recording rule. */
  readonly alerts: AlertingRuleState | undefined;
  /** Why the last evaluation failed. */
  readonly error: string | undefined;
  readonly lastEvaluationMs: number | undefined;
  readonly durationMs: number;
}

interface Entry {
  readonly rule: Rule;
  readonly alerts: AlertingRuleState | undefined;
  error: string | undefined;
  lastEvaluationMs: number | undefined;
  durationMs: number;
  /** The series of the last evaluation: those that are not in the next one have ended. */
  written: ReadonlyMap<string, Labels>;
}

/** Evaluates the rules of a group one after the other; later rules see the series of earlier ones. */
export class GroupState {
  readonly group: RuleGroup;
  readonly #entries: readonly Entry[];
  readonly #output: RuleSeries;

  /** @param output where recorded series and `ALERTS` go; part of what `context.query` reads */
  constructor(group: RuleGroup, output: RuleSeries) {
    this.group = group;
    this.#output = output;
    this.#entries = group.rules.map((rule) => ({
      rule,
      alerts: rule.kind === 'alert' ? new AlertingRuleState(rule) : undefined,
      error: undefined,
      lastEvaluationMs: undefined,
      durationMs: 0,
      written: new Map(),
    }));
  }

  get rules(): readonly RuleHealth[] {
    return this.#entries;
  }

  /** A rule that fails keeps its alerts as they were and does not stop the others. */
  evaluate(timeMs: number, context: EvaluationContext): void {
    for (const entry of this.#entries) {
      const startedMs = performance.now();
      try {
        this.#write(entry, this.#series(entry, timeMs, context), timeMs);
        entry.error = undefined;
      } catch (error) {
        entry.error = reasonOf(error);
      }
      entry.lastEvaluationMs = timeMs;
      entry.durationMs = performance.now() - startedMs;
    }
  }

  #series({ rule, alerts }: Entry, timeMs: number, context: EvaluationContext): readonly Sample[] {
    const queryTimeMs = timeMs - (this.group.queryOffsetMs ?? 0);
    if (rule.kind === 'record') return record(rule, queryTimeMs, this.group.limit, context.query);
    if (!alerts) return [];
    alerts.evaluate(timeMs, this.group.limit, this.#shifted(context));
    return alertSeries(alerts.instances.values());
  }

  /** `query_offset`: expressions are evaluated that much earlier, the states of alerts are not. */
  #shifted(context: EvaluationContext): EvaluationContext {
    const offsetMs = this.group.queryOffsetMs ?? 0;
    if (offsetMs === 0) return context;
    const { query } = context;
    return {
      ...context,
      query: { instant: (expr, timeMs) => query.instant(expr, timeMs - offsetMs) },
    };
  }

  #write(entry: Entry, samples: readonly Sample[], timeMs: number): void {
    const written = new Map<string, Labels>();
    for (const sample of samples) {
      this.#output.append(sample, timeMs);
      written.set(sample.labels.key, sample.labels);
    }
    for (const [key, labels] of entry.written) {
      if (!written.has(key)) this.#output.end(labels, timeMs);
    }
    entry.written = written;
  }
}
