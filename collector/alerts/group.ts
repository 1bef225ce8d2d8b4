import { reasonOf } from '../../base/errors.ts';
import {
  AlertingRuleState,
  alertSeries,
  type EvaluationContext,
  record,
  type Sample,
} from './evaluate.ts';
import type { Rule, RuleGroup } from './rule.ts';
import type { RuleSeries } from './rule-series.ts';
import { WrittenSeries } from './written-series.ts';

/** A rule as it stands after its last evaluation. */
export interface RuleHealth {
  readonly rule: Rule;
  /** undefined for a recording rule. */
  readonly alerts: AlertingRuleState | undefined;
  /** Why the last evaluation failed. */
  readonly error: string | undefined;
  readonly lastEvaluationMs: number | undefined;
  readonly durationMs: number;
  /** What the rule records, or its `ALERTS`. */
  readonly output: WrittenSeries;
}

interface Entry {
  readonly rule: Rule;
  readonly alerts: AlertingRuleState | undefined;
  error: string | undefined;
  lastEvaluationMs: number | undefined;
  durationMs: number;
  readonly output: WrittenSeries;
}

/** Evaluates the rules of a group one after the other; later rules see the series of earlier ones. */
export class GroupState {
  readonly group: RuleGroup;
  readonly #entries: readonly Entry[];

  /** @param output where recorded series and `ALERTS` go; part of what `context.query` reads */
  constructor(group: RuleGroup, output: RuleSeries) {
    this.group = group;
    this.#entries = group.rules.map((rule) => ({
      rule,
      alerts: rule.kind === 'alert' ? new AlertingRuleState(rule) : undefined,
      error: undefined,
      lastEvaluationMs: undefined,
      durationMs: 0,
      output: new WrittenSeries(output),
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
        entry.output.write(this.#series(entry, timeMs, context), timeMs);
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
}
