import { fingerprint } from '../notify/alert.ts';
import { GroupState } from './group.ts';
import type { RuleGroup } from './rule.ts';
import type { RuleSeries } from './rule-series.ts';

/** A group with its turn. */
export class ScheduledGroup {
  readonly state: GroupState;
  readonly intervalMs: number;
  #lastTurn: number | undefined;

  constructor(group: RuleGroup, output: RuleSeries, intervalMs: number) {
    this.state = new GroupState(group, output);
    this.intervalMs = intervalMs;
  }

  /** True once per interval; turns begin at an offset of the group's own, so that not all groups work in the same second. */
  isDue(nowMs: number): boolean {
    const offsetMs = Number(
      BigInt(`0x${fingerprint({ group: this.state.group.name })}`) % BigInt(this.intervalMs),
    );
    const turn = Math.floor((nowMs - offsetMs) / this.intervalMs);
    // Also where it is an earlier one, because the clock was set back.
    if (turn === this.#lastTurn) return false;
    this.#lastTurn = turn;
    return true;
  }
}
