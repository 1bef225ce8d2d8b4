/** Node sets, as arguments of commands: `n001`, `n[001-032,040]`, `@rack:r07`, `@class:WEB`, `@state:failed`, `@all`, several with commas. */
import { InputError } from '../base/errors.ts';

/** What a set chooses by. */
export interface Selectable {
  readonly name: string;
  readonly state: string;
  readonly rack?: string | undefined;
  readonly classes: readonly string[];
  /** Other names of it, such as MAC addresses. */
  readonly aliases?: readonly string[];
}

/** Names that one argument may stand for: a mistyped range is not to fill the memory. */
const NAMES_MAX = 100_000;
const GROUPS = ['all', 'rack', 'class', 'state'];
/** Groups that a message names when a set is empty. */
const GROUPS_TOLD = 8;

/**
 * The names that a text stands for, in its order: `n[8-10]-ib` is n8-ib, n9-ib, n10-ib; leading zeros give the width.
 * @throws InputError `node-set` when brackets or ranges are wrong
 */
export function expandNames(text: string): string[] {
  const open = text.indexOf('[');
  if (open === -1) {
    if (text.includes(']')) throw wrong(text, 'a ] without its [');
    return [text];
  }
  const close = text.indexOf(']', open);
  if (close === -1) throw wrong(text, 'a [ without its ]');
  const before = text.slice(0, open);
  const numbers = text
    .slice(open + 1, close)
    .split(',')
    .flatMap((range) => expandRange(range, text));
  const rest = expandNames(text.slice(close + 1));
  if (numbers.length * rest.length > NAMES_MAX) throw wrong(text, `more than ${NAMES_MAX} names`);
  return numbers.flatMap((number) => rest.map((end) => before + number + end));
}

function expandRange(range: string, text: string): string[] {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range);
  if (!match)
    throw wrong(text, `${JSON.stringify(range)} is no number and no range such as 001-032`);
  const [, from = '', to = from] = match;
  const count = Number(to) - Number(from) + 1;
  if (count < 1) throw wrong(text, `the range ${range} runs backwards`);
  if (count > NAMES_MAX) throw wrong(text, `more than ${NAMES_MAX} names`);
  return Array.from({ length: count }, (_, i) =>
    String(Number(from) + i).padStart(from.length, '0'),
  );
}

/**
 * The machines of all sets, each once, in the order of `machines`.
 * @throws InputError `node-set`, `node-unknown` for a name that no machine has, `node-set-empty` for a group without members
 */
export function selectNodes<T extends Selectable>(
  sets: readonly string[],
  machines: readonly T[],
): T[] {
  const chosen = new Set<T>();
  for (const set of sets.flatMap(splitOutsideBrackets)) {
    for (const machine of set.startsWith('@') ? membersOf(set, machines) : namedBy(set, machines)) {
      chosen.add(machine);
    }
  }
  return machines.filter((machine) => chosen.has(machine));
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^[]*\])/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function membersOf<T extends Selectable>(set: string, machines: readonly T[]): T[] {
  const [group = '', ...rest] = set.slice(1).split(':');
  const value = rest.join(':');
  if (!GROUPS.includes(group) || (group !== 'all') !== (value !== '')) {
    throw wrong(set, 'groups are @all, @rack:NAME, @class:NAME and @state:NAME');
  }
  const members = machines.filter(
    (machine) => group === 'all' || groupsOf(machine, group).includes(value),
  );
  if (members.length > 0) return members;
  const others = [...new Set(machines.flatMap((machine) => groupsOf(machine, group)))].sort();
  const known = others.slice(0, GROUPS_TOLD).map((name) => `@${group}:${name}`);
  const hint = known.length > 0 ? `; there is ${known.join(', ')}` : '';
  throw new InputError('node-set-empty', `${set} has no members${hint}`, { field: 'node' });
}

/** The racks, classes or states that a machine belongs to. */
function groupsOf({ rack, classes, state }: Selectable, group: string): readonly string[] {
  if (group === 'rack') return rack === undefined ? [] : [rack];
  if (group === 'class') return classes;
  return group === 'state' ? [state] : [];
}

function namedBy<T extends Selectable>(set: string, machines: readonly T[]): T[] {
  return expandNames(set).map((name) => {
    const wanted = name.toLowerCase();
    const found = machines.find(
      (machine) => machine.name.toLowerCase() === wanted || machine.aliases?.includes(wanted),
    );
    if (found) return found;
    throw new InputError(
      'node-unknown',
      `there is no node ${name}; \`clustermon node list\` shows them`,
      { field: 'node' },
    );
  });
}

function wrong(text: string, why: string): InputError {
  return new InputError('node-set', `${text} is no node set: ${why}`, { field: 'node' });
}
