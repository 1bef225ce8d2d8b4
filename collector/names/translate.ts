import { METRIC_NAME } from '../query/labels.ts';
import { Matcher } from '../query/matcher.ts';
import type { DerivedMetric } from './derived-metric.ts';

/** Labels that every derived series has, as Prometheus gives them to what it scrapes. `instance` is the host's name, and `host` stays beside it. */
export const INSTANCE = 'instance';
export const JOB = 'job';
export const JOB_VALUE = 'node';
export const HOST = 'host';

/**
 * What to ask of the native metric `from`, so that its series are those of the derived one.
 * @returns undefined when no series of the metric can match
 */
export function translate(
  metric: DerivedMetric,
  matchers: readonly Matcher[],
): readonly Matcher[] | undefined {
  const natives: Matcher[] = [new Matcher(METRIC_NAME, '=', metric.from)];
  const gone = new Set(Object.values(metric.renamed));
  for (const matcher of matchers) {
    const fixed = gone.has(matcher.name) ? '' : fixedLabel(metric, matcher.name);
    const renamed = matcher.name === INSTANCE ? HOST : metric.renamed[matcher.name];
    if (fixed !== undefined) {
      if (!matcher.matches(fixed)) return undefined;
    } else if (renamed !== undefined) {
      natives.push(new Matcher(renamed, matcher.operator, matcher.value));
    } else if (!(matcher.name in metric.described)) {
      natives.push(matcher);
    }
  }
  return natives;
}

/** True when the matchers find the native series of `from` as well: these answer then, so that nothing is found twice. */
export function findsNative(metric: DerivedMetric, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => {
    if (matcher.name === METRIC_NAME) return matcher.matches(metric.from);
    return !isForeign(metric, matcher.name) || matcher.matches('');
  });
}

/** A label that derived series have and native ones have not. */
function isForeign({ fixed, renamed, described }: DerivedMetric, label: string): boolean {
  return (
    label === JOB || label === INSTANCE || label in fixed || label in renamed || label in described
  );
}

function fixedLabel(metric: DerivedMetric, label: string): string | undefined {
  if (label === METRIC_NAME) return metric.name;
  if (label === JOB) return JOB_VALUE;
  return metric.fixed[label];
}
