/** What the HTTP server needs from the rest of the collector and gets passed in; `collector/main.ts` joins them. */
import type { AlertInfo, NewRule, Problem, RuleInfo } from '../../wire/http.ts';

/** Rules and alerts as the API shows them. */
export interface AlertService {
  rules(): readonly RuleInfo[];
  /** @throws InputError `rule-invalid`, `rule-exists` */
  addRule(rule: NewRule): RuleInfo;
  /** @throws InputError `rule-unknown` */
  removeRule(name: string): void;
  /** Pending, firing and nodata, and those resolved in the last minutes. */
  alerts(): readonly AlertInfo[];
  /** Grows with each change of `alerts()`, so that the live stream sends them only then. */
  readonly version: number;
}

/** What a person should do something about; each part of the collector reports its own. */
export interface ProblemSource {
  problems(): readonly Problem[];
}
