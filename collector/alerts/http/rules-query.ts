import { createHash } from 'node:crypto';
import { matchersOf } from '../../query/api.ts';
import { parameterError } from '../../query/api-request.ts';
import { Labels } from '../../query/labels.ts';
import { type Matcher, matchesAll } from '../../query/matcher.ts';
import type { Rule, RuleGroup } from '../rule.ts';

type Values = string | readonly string[] | undefined;

export interface RulesQuery {
  readonly type?: Values;
  readonly 'rule_name[]'?: Values;
  readonly 'rule_group[]'?: Values;
  readonly 'file[]'?: Values;
  readonly 'match[]'?: Values;
  readonly exclude_alerts?: Values;
  readonly group_limit?: Values;
  readonly group_next_token?: Values;
}

/** What a caller of `/api/v1/rules` wants to see. Source: Prometheus, "HTTP API", rules */
export class RulesFilter {
  readonly withAlerts: boolean;
  readonly #type: string | undefined;
  readonly #names: readonly string[];
  readonly #groups: readonly string[];
  readonly #files: readonly string[];
  readonly #matchers: readonly (readonly Matcher[])[];

  /** @throws InputError `query-parameter` naming the parameter */
  constructor(query: RulesQuery) {
    this.#type = valuesOf(query.type)[0]?.toLowerCase() || undefined;
    if (this.#type !== undefined && !['alert', 'record'].includes(this.#type)) {
      throw parameterError('type', `not supported value "${this.#type}"; write alert or record`);
    }
    this.withAlerts = !isTrue('exclude_alerts', valuesOf(query.exclude_alerts)[0] ?? '');
    this.#names = valuesOf(query['rule_name[]']);
    this.#groups = valuesOf(query['rule_group[]']);
    this.#files = valuesOf(query['file[]']);
    this.#matchers = valuesOf(query['match[]']).map(matchersOf);
  }

  wantsGroup({ name, file }: RuleGroup): boolean {
    return isAmong(this.#groups, name) && isAmong(this.#files, file);
  }

  /** `match[]` is about the labels as the rule file has them. */
  wantsRule(rule: Rule): boolean {
    if (this.#type !== undefined && rule.kind !== this.#type) return false;
    if (!isAmong(this.#names, rule.name)) return false;
    const labels = Labels.from(labelsOf(rule));
    return (
      this.#matchers.length === 0 || this.#matchers.some((matchers) => matchesAll(matchers, labels))
    );
  }
}

/** Labels as they are written, templates among them. */
export function labelsOf(rule: Rule): Readonly<Record<string, string>> {
  if (rule.kind === 'record') return rule.labels;
  return Object.fromEntries([...rule.labels].map(([name, { text }]) => [name, text]));
}

/**
 * One page of groups, and the token by which the next is asked for, as Prometheus makes it.
 * @throws InputError `query-parameter` naming the parameter
 */
export function pageOf<Group extends Pick<RuleGroup, 'name' | 'file'>>(
  groups: readonly Group[],
  query: RulesQuery,
): { readonly groups: readonly Group[]; readonly groupNextToken?: string } {
  const [limitText = ''] = valuesOf(query.group_limit);
  const [token = ''] = valuesOf(query.group_next_token);
  if (limitText === '') {
    if (token === '') return { groups };
    throw parameterError('group_limit', 'must be given with group_next_token');
  }
  const limit = Number(limitText);
  if (!/^\d{1,9}$/.test(limitText) || limit === 0) {
    throw parameterError('group_limit', `"${limitText}" is no number of groups above 0`);
  }
  const from = token === '' ? 0 : groups.findIndex((group) => tokenOf(group) === token);
  if (from < 0) {
    throw parameterError(
      'group_next_token',
      `there is no group of ${token}; the rules have changed`,
    );
  }
  const next = groups[from + limit];
  return {
    groups: groups.slice(from, from + limit),
    ...(next && { groupNextToken: tokenOf(next) }),
  };
}

function tokenOf({ file, name }: Pick<RuleGroup, 'name' | 'file'>): string {
  return createHash('sha1').update(`${file};${name}`).digest('hex');
}

function valuesOf(value: Values): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function isAmong(wanted: readonly string[], value: string): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

function isTrue(field: string, text: string): boolean {
  if (text === '' || /^(0|f|false)$/i.test(text)) return false;
  if (/^(1|t|true)$/i.test(text)) return true;
  throw parameterError(field, `"${text}" is neither true nor false`);
}
