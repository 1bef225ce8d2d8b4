import type { Labels as LabelRecord } from '../../wire/metric.ts';

/** What describes a host in words. */
export interface DescribedHost {
  readonly name: string;
  readonly facts: LabelRecord;
}

/** A metric under a foreign name whose values are made from native ones when they are asked for. */
export interface DerivedMetric {
  readonly name: string;
  /** A counter is the integral of native rates; its `value` is per second. */
  readonly kind: 'gauge' | 'counter';
  /** Native metric that gives the times and the labels. */
  readonly from: string;
  /** Native metrics of the same labels that are needed besides; without one of them there is no derived series. */
  readonly beside: readonly string[];
  /** The label that series of `from` have and those of `beside` have not: theirs are of the whole host. */
  readonly ownLabel: string | undefined;
  /** Labels that are always the same. */
  readonly fixed: LabelRecord;
  /** Labels that are called otherwise: foreign name → native name. */
  readonly renamed: LabelRecord;
  /** Labels that are made from the host's description, and how. */
  readonly described: Readonly<Record<string, (host: DescribedHost) => string>>;
  /** @param values of `from` and then of `beside`, in their native units @returns NaN = unknown */
  readonly value: (...values: readonly number[]) => number;
}

/** What need not be said of most metrics. */
type Details = Partial<Omit<DerivedMetric, 'name' | 'kind' | 'from'>>;

const PLAIN = {
  beside: [],
  ownLabel: undefined,
  fixed: {},
  renamed: {},
  described: {},
  value: (value: number) => value,
} as const satisfies Details;

export function gauge(name: string, from: string, details: Details = {}): DerivedMetric {
  return { ...PLAIN, ...details, name, kind: 'gauge', from };
}

export function counter(name: string, from: string, details: Details = {}): DerivedMetric {
  return { ...PLAIN, ...details, name, kind: 'counter', from };
}

/** The `value` of metrics that differ from their native one by a factor only. */
export function times(factor: number): Pick<DerivedMetric, 'value'> {
  return { value: (value = Number.NaN) => value * factor };
}
