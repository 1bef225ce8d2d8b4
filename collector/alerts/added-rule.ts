import { InputError, reasonOf } from '../../base/errors.ts';
import type { NewRule } from '../../wire/http.ts';
import { prepare } from '../query/engine.ts';
import type { RuleGroup } from './rule.ts';
import { Template } from './template/expand.ts';

/** Rules that a person adds are looked at each second. */
const INTERVAL_MS = 1000;
const NAME_MAX = 128;

/**
 * A rule that was added by command or page, as a group of its own.
 * @throws InputError `rule-invalid`
 */
export function groupOfAddedRule(rule: NewRule): RuleGroup {
  const name = nameOf(rule);
  check(name, 'expr', () => prepare(rule.expr));
  if (rule.resolve !== undefined) check(name, 'resolve', () => prepare(rule.resolve as string));
  const summary = rule.summary ?? `${rule.expr} (value {{ $value | humanize }})`;
  return {
    name: `added ${name}`,
    file: '',
    intervalMs: INTERVAL_MS,
    queryOffsetMs: undefined,
    limit: 0,
    rules: [
      {
        kind: 'alert',
        name,
        expr: rule.expr,
        forMs: (rule.forSeconds ?? 0) * 1000,
        keepFiringForMs: 0,
        labels: new Map([['severity', new Template(rule.severity ?? 'warning')]]),
        annotations: new Map([['summary', check(name, 'summary', () => new Template(summary))]]),
        resolve: rule.resolve,
        onMissing: rule.onMissing,
        isPaired: false,
        line: 1,
      },
    ],
  };
}

function check<T>(rule: string, field: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new InputError('rule-invalid', `${field} of rule ${rule}: ${reasonOf(error)}`, { field });
  }
}

const WORDS: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/>=?/g, ' above '],
  [/<=?/g, ' below '],
  [/[!=]=/g, ' is '],
];

/** The rule's name, made of its expression where it has none: `load_one > 8` is load_one_above_8. */
export function nameOf({ name, expr }: NewRule): string {
  if (name) return name;
  const words = WORDS.reduce((text, [pattern, word]) => text.replace(pattern, word), expr);
  return words
    .replace(/[^A-Za-z0-9.]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, NAME_MAX);
}
