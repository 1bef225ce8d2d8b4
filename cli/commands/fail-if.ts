import { parseDurationMs } from '../../collector/query/duration.ts';
import type { BacktestReport, RuleBacktestJson } from '../../wire/http.ts';
import { CommandError, EXIT } from '../exit.ts';

/** A condition such as `fires > 20/week`. */
export interface Limit {
  readonly text: string;
  readonly field: 'fires' | 'hosts' | 'flaps' | 'firing' | 'longest';
  readonly operator: '>' | '>=' | '<' | '<=' | '==';
  readonly value: number;
  /** undefined = over the whole range. */
  readonly perSeconds: number | undefined;
}

const LIMIT =
  /^\s*(fires|hosts|flaps|firing|longest)\s*(>=|<=|==|>|<)\s*([\d.]+|[\dywdhms]+)\s*(?:\/\s*(hour|day|week|month))?\s*$/;
const PERIODS: Readonly<Record<string, number>> = {
  hour: 3600,
  day: 86_400,
  week: 7 * 86_400,
  month: 30 * 86_400,
};

/** @throws CommandError `usage` */
export function parseLimit(text: string): Limit {
  const [, field, operator, amount = '', period] = LIMIT.exec(text) ?? [];
  const ms = parseDurationMs(amount);
  const value = /^[\d.]+$/.test(amount) ? Number(amount) : (ms ?? Number.NaN) / 1000;
  if (!field || Number.isNaN(value)) {
    throw new CommandError(
      EXIT.usage,
      `--fail-if "${text}" is no condition; write such as 'fires > 20/week', 'flaps > 0', 'longest > 1h'`,
    );
  }
  return {
    text,
    field: field as Limit['field'],
    operator: operator as Limit['operator'],
    value,
    perSeconds: period === undefined ? undefined : PERIODS[period],
  };
}

/** True when the condition holds for the rule. */
export function failsLimit(
  limit: Limit,
  rule: RuleBacktestJson,
  { fromMs, toMs }: BacktestReport,
): boolean {
  const measured = {
    fires: rule.fires,
    hosts: rule.hosts,
    flaps: rule.flaps,
    firing: rule.firingSeconds,
    longest: rule.longestSeconds,
  }[limit.field];
  const periods = limit.perSeconds === undefined ? 1 : (toMs - fromMs) / 1000 / limit.perSeconds;
  const value = measured / periods;
  switch (limit.operator) {
    case '>':
      return value > limit.value;
    case '>=':
      return value >= limit.value;
    case '<':
      return value < limit.value;
    case '<=':
      return value <= limit.value;
    case '==':
      return value === limit.value;
  }
}
