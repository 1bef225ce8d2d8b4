import { InputError } from '../../base/errors.ts';
import { type Labels, METRIC_NAME } from '../query/labels.ts';
import type { FlapLimits } from './flapping.ts';
import { presenceOf } from './presence.ts';
import type { AlertingRule, OnMissing, RecordingRule } from './rule.ts';
import {
  type Absence,
  type AlertInstance,
  isFiring,
  miss,
  type Observation,
  observe,
  type Timing,
} from './state.ts';
import type { TemplateContext } from './template/functions.ts';
import { TemplateWork } from './template/work.ts';

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Where rules read: an instant query. */
export interface RuleQuery {
  /** A scalar is one sample without labels. @throws QueryError */
  instant(expr: string, timeMs: number): readonly Sample[];
}

export interface EvaluationContext {
  readonly query: RuleQuery;
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
  /** For rules that do not say. */
  readonly onMissing: OnMissing;
  /** undefined = flapping alerts are not held, as in Prometheus. */
  readonly flapLimits?: FlapLimits;
}

/** What the texts of a rule may take at each evaluation, and what they may take more for each alert. */
const RULE_WORK = 500_000;
const ALERT_WORK = 2000;

const WITHOUT_NAME: ReadonlySet<string> = new Set([METRIC_NAME]);

/** An alerting rule, its alerts, and what is worked out once per rule. */
export class AlertingRuleState {
  readonly rule: AlertingRule;
  instances: ReadonlyMap<string, AlertInstance>;
  readonly #presence: string | undefined;
  /** For `on_missing: fire`: every alert that the rule could have had so far. */
  readonly #known = new Map<string, Labels>();

  constructor(rule: AlertingRule, instances: ReadonlyMap<string, AlertInstance> = new Map()) {
    this.rule = rule;
    this.instances = instances;
    this.#presence = presenceOf(rule.expr);
  }

  /**
   * One evaluation; the instances are replaced as a whole, and kept as they are when it throws.
   * @throws QueryError, InputError `alert-duplicate-labels` `alert-limit`
   * Source: Prometheus rules/alerting.go
   */
  evaluate(timeMs: number, limit: number, context: EvaluationContext): void {
    const seen = this.#observe(timeMs, context);
    const after = new Map<string, AlertInstance>();
    const timing = this.#timing(context);
    for (const [key, observation] of seen) {
      after.set(key, observe(this.instances.get(key), observation, timing, timeMs));
    }
    this.#addMissed(after, timeMs, context);
    const active = [...after.values()].filter((instance) => instance.state !== 'inactive').length;
    if (limit > 0 && active > limit) {
      this.instances = new Map();
      throw new InputError(
        'alert-limit',
        `exceeded limit of ${limit} with ${active} alerts of rule ${this.rule.name}`,
      );
    }
    this.instances = after;
  }

  #observe(timeMs: number, context: EvaluationContext): ReadonlyMap<string, Observation> {
    const samples = context.query.instant(this.rule.expr, timeMs);
    const all =
      this.#onMissing(context) === 'fire'
        ? [...samples, ...this.#vanished(timeMs, context)]
        : samples;
    const seen = new Map<string, Observation>();
    const work = new TemplateWork(RULE_WORK + all.length * ALERT_WORK);
    for (const sample of all) {
      const observation = this.#describe(sample, timeMs, { ...context, work });
      const key = observation.labels.key;
      if (seen.has(key)) {
        throw new InputError(
          'alert-duplicate-labels',
          'vector contains metrics with the same labelset after applying alert labels',
        );
      }
      seen.set(key, observation);
    }
    return seen;
  }

  #describe(
    sample: Sample,
    timeMs: number,
    context: EvaluationContext & Pick<TemplateContext, 'work'>,
  ): Observation {
    const { rule } = this;
    const data = {
      labels: sample.labels.toObject(),
      externalLabels: context.externalLabels,
      externalUrl: context.externalUrl,
      value: sample.value,
    };
    const world: TemplateContext = {
      query: (expr) =>
        context.query
          .instant(expr, timeMs)
          .map(({ labels, value }) => ({ labels: labels.toObject(), value })),
      externalUrl: context.externalUrl,
      nowMs: timeMs,
      work: context.work,
    };
    const expand = (texts: AlertingRule['labels']): [string, string][] =>
      [...texts].map(([name, template]) => [
        name,
        template.expandOrExplain(data, world, `__alert_${rule.name}`),
      ]);
    const sampleLabels = sample.labels.without(WITHOUT_NAME);
    return {
      labels: sampleLabels.withAll([...expand(rule.labels), ['alertname', rule.name]]),
      sampleLabels,
      annotations: Object.fromEntries(expand(rule.annotations)),
      value: sample.value,
    };
  }

  #addMissed(after: Map<string, AlertInstance>, timeMs: number, context: EvaluationContext): void {
    let absenceOf: ((instance: AlertInstance) => Absence) | undefined;
    for (const [key, instance] of this.instances) {
      if (after.has(key)) continue;
      absenceOf ??= this.#absences(timeMs, context);
      const absence = instance.state === 'inactive' ? 'cleared' : absenceOf(instance);
      const next = miss(instance, absence, this.#timing(context), timeMs);
      if (next) after.set(key, next);
    }
  }

  /** Tells why an alert is not in the result; the expressions for it are evaluated at most once, and only when one is not. */
  #absences(timeMs: number, context: EvaluationContext): (instance: AlertInstance) => Absence {
    const present =
      this.#onMissing(context) === 'keep' ? this.#present(timeMs, context) : undefined;
    const { resolve } = this.rule;
    const resolving =
      resolve === undefined ? undefined : labelKeys(context.query.instant(resolve, timeMs));
    return (instance) => {
      const key = instance.sampleLabels.key;
      if (present && !present.has(key)) return 'missing';
      return resolving && isFiring(instance) && !resolving.has(key) ? 'held' : 'cleared';
    };
  }

  #present(timeMs: number, context: EvaluationContext): ReadonlyMap<string, Labels> | undefined {
    if (this.#presence === undefined) return undefined;
    return labelKeys(context.query.instant(this.#presence, timeMs));
  }

  /** `on_missing: fire`: what was there and is not any more. */
  #vanished(timeMs: number, context: EvaluationContext): readonly Sample[] {
    const present = this.#present(timeMs, context);
    if (!present) return [];
    const gone = [...this.#known].filter(([key]) => !present.has(key));
    for (const [key, labels] of present) this.#known.set(key, labels);
    return gone.map(([, labels]) => ({ labels, value: Number.NaN }));
  }

  #timing({ flapLimits }: EvaluationContext): Timing {
    const { forMs, keepFiringForMs } = this.rule;
    return { forMs, keepFiringForMs, flapLimits };
  }

  #onMissing(context: EvaluationContext): OnMissing {
    return this.rule.onMissing ?? context.onMissing;
  }
}

function labelKeys(samples: readonly Sample[]): ReadonlyMap<string, Labels> {
  return new Map(
    samples.map(({ labels }) => {
      const unnamed = labels.without(WITHOUT_NAME);
      return [unnamed.key, unnamed];
    }),
  );
}

/** The series `ALERTS` and `ALERTS_FOR_STATE` of a rule's active alerts. */
export function alertSeries(instances: Iterable<AlertInstance>): readonly Sample[] {
  const series: Sample[] = [];
  for (const instance of instances) {
    if (instance.state === 'inactive') continue;
    const state = isFiring(instance) ? 'firing' : 'pending';
    series.push({
      labels: instance.labels.withAll([
        [METRIC_NAME, 'ALERTS'],
        ['alertstate', state],
      ]),
      value: 1,
    });
    series.push({
      labels: instance.labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'),
      value: Math.floor(instance.activeAtMs / 1000),
    });
  }
  return series;
}

/**
 * One evaluation of a recording rule.
 * @throws QueryError, InputError `alert-duplicate-labels` `alert-limit`
 */
export function record(
  rule: RecordingRule,
  timeMs: number,
  limit: number,
  query: RuleQuery,
): readonly Sample[] {
  const changes = Object.entries({ ...rule.labels, [METRIC_NAME]: rule.name });
  const samples = query
    .instant(rule.expr, timeMs)
    .map(({ labels, value }) => ({ labels: labels.withAll(changes), value }));
  if (new Set(samples.map(({ labels }) => labels.key)).size < samples.length) {
    throw new InputError(
      'alert-duplicate-labels',
      'vector contains metrics with the same labelset after applying rule labels',
    );
  }
  if (limit > 0 && samples.length > limit) {
    throw new InputError(
      'alert-limit',
      `exceeded limit of ${limit} with ${samples.length} series of rule ${rule.name}`,
    );
  }
  return samples;
}
