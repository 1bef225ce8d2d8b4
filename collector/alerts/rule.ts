import type { Template } from './template/expand.ts';

/** What happens to an alert whose data vanishes, which Prometheus cannot tell from data that got better. */
export type OnMissing = 'keep' | 'resolve' | 'fire';

/** A group's rules are evaluated in their order, all at one time. */
export interface RuleGroup {
  readonly name: string;
  /** The file that it was read from; '' = none. */
  readonly file: string;
  /** Milliseconds; undefined = the interval of whoever evaluates. */
  readonly intervalMs: number | undefined;
  readonly queryOffsetMs: number | undefined;
  /** Most alerts or series that one rule may make; 0 = no limit. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

export interface AlertingRule {
  readonly kind: 'alert';
  readonly name: string;
  readonly expr: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  /** Labels that the rule adds, those of its group among them. */
  readonly labels: ReadonlyMap<string, Template>;
  readonly annotations: ReadonlyMap<string, Template>;
  /** Hysteresis: a firing alert clears only when this has an element with its labels. */
  readonly resolve: string | undefined;
  /** undefined = the file does not say. */
  readonly onMissing: OnMissing | undefined;
  /** One of two that were written as one, with `warning:` and `critical:`: the critical alert inhibits the warning. */
  readonly isPaired: boolean;
  /** 1-based line in its file. */
  readonly line: number;
}

export interface RecordingRule {
  readonly kind: 'record';
  readonly name: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly line: number;
}

export type Rule = AlertingRule | RecordingRule;
