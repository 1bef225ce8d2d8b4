/** The configuration file: YAML, one section per module, read into a frozen typed value with every default filled in. */
import {
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { InputError } from './errors.ts';

/** One key of a section: what it means, what it is when absent, and how a value is judged. */
export interface Setting<T> {
  readonly doc: string;
  readonly default: T;
  /** What is wanted, for messages: `a whole number from 0 to 65535`. */
  readonly wanted: string;
  /** @returns the value, or undefined when it is not what is wanted */
  read(value: unknown): T | undefined;
}

export type Section = Readonly<Record<string, Setting<unknown>>>;
export type SettingsOf<S extends Section> = { readonly [K in keyof S]: S[K]['default'] };

/** Names the section's type; the keys are in the order in which `config show` prints them. */
export function section<S extends Section>(keys: S): S {
  return keys;
}

export function text(options: {
  default: string;
  doc: string;
  /** What is wanted, and whether a text is that. */
  check?: { wanted: string; accepts(value: string): boolean };
}): Setting<string> {
  const { check } = options;
  return {
    doc: options.doc,
    default: options.default,
    wanted: check?.wanted ?? 'a text',
    read: (value) =>
      typeof value === 'string' && (check?.accepts(value) ?? true) ? value : undefined,
  };
}

/** Whole numbers; both ends of the range are included. */
export function integer(options: {
  default: number;
  min: number;
  max: number;
  doc: string;
}): Setting<number> {
  return {
    doc: options.doc,
    default: options.default,
    wanted: `a whole number from ${options.min} to ${options.max}`,
    read: (value) =>
      typeof value === 'number' &&
      Number.isInteger(value) &&
      value >= options.min &&
      value <= options.max
        ? value
        : undefined,
  };
}

export function flag(options: { default: boolean; doc: string }): Setting<boolean> {
  return {
    ...options,
    wanted: 'true or false',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

export function choice<const T extends string>(
  choices: readonly T[],
  options: { default: NoInfer<T>; doc: string },
): Setting<T> {
  return {
    ...options,
    wanted: `one of ${choices.join(', ')}`,
    read: (value) => choices.find((one) => one === value),
  };
}

/** A list of texts; a single text stands for a list of one. */
export function list(options: {
  default: readonly string[];
  doc: string;
  check?: { wanted: string; accepts(value: string): boolean };
}): Setting<readonly string[]> {
  const { check } = options;
  return {
    doc: options.doc,
    default: options.default,
    wanted: check ? `a list of texts, each ${check.wanted}` : 'a list of texts',
    read(value) {
      const items: unknown[] = Array.isArray(value) ? value : [value];
      const texts = items.filter((item): item is string => typeof item === 'string');
      return texts.length === items.length && texts.every((item) => check?.accepts(item) ?? true)
        ? texts
        : undefined;
    },
  };
}

/** Texts by name, such as `labels: {class: WEB, rack: r07}`. */
export function textMap(options: {
  default: Readonly<Record<string, string>>;
  doc: string;
}): Setting<Readonly<Record<string, string>>> {
  return {
    ...options,
    wanted: 'names with a text each',
    read(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      const pairs = Object.entries(value).map(([key, item]): [string, unknown] => [
        key,
        typeof item === 'number' ? String(item) : item,
      ]);
      return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')
        ? Object.fromEntries(pairs)
        : undefined;
    },
  };
}

export interface ConfigProblem {
  /** `collector.port`; empty for the file as a whole. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

export type Sections = Readonly<Record<string, Section>>;
export type ConfigOf<S extends Sections> = { readonly [K in keyof S]: SettingsOf<S[K]> };

export function defaultsOf<S extends Section>(keys: S): SettingsOf<S> {
  const pairs = Object.entries(keys).map(([key, setting]) => [key, setting.default]);
  return Object.freeze(Object.fromEntries(pairs)) as SettingsOf<S>;
}

/**
 * Reads a configuration file.
 * @returns the configuration with defaults filled in, and every problem that was found, in the order of the file
 */
export function readConfig<S extends Sections>(
  source: string,
  sections: S,
): { config: ConfigOf<S>; problems: readonly ConfigProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const problems: ConfigProblem[] = document.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '',
  }));
  const report = (path: string, node: Node | null | undefined, message: string) => {
    problems.push({ path, line: lines.linePos(node?.range?.[0] ?? 0).line, message });
  };
  const values = new Map<string, Record<string, unknown>>();
  for (const [name, keys] of Object.entries(sections)) values.set(name, { ...defaultsOf(keys) });
  const root = document.contents;
  if (root !== null && !isMap(root))
    report('', root, 'the file must hold sections, such as "agent:"');
  for (const [name, node, value] of entriesOf(isMap(root) ? root : undefined)) {
    const keys = sections[name];
    const target = values.get(name);
    if (!keys || !target) report(name, node, unknownKey('section', name, Object.keys(sections)));
    else if (value !== null && !isMap(value))
      report(name, node, 'a section holds keys with values');
    else
      readSection(name, keys, { document, map: isMap(value) ? value : undefined }, target, report);
  }
  for (const settings of values.values()) Object.freeze(settings);
  return { config: Object.freeze(Object.fromEntries(values)) as ConfigOf<S>, problems };
}

function readSection(
  name: string,
  keys: Section,
  { document, map }: { document: Document; map: YAMLMap | undefined },
  target: Record<string, unknown>,
  report: (path: string, node: Node, message: string) => void,
): void {
  for (const [key, node, valueNode] of entriesOf(map)) {
    const setting = keys[key];
    const path = `${name}.${key}`;
    if (!setting) {
      report(path, node, unknownKey('key', key, Object.keys(keys)));
      continue;
    }
    const given: unknown = valueNode?.toJS(document) ?? null;
    const value = setting.read(given);
    if (value === undefined)
      report(path, node, `${JSON.stringify(given)} is not ${setting.wanted}`);
    else target[key] = value;
  }
}

function* entriesOf(map: YAMLMap | undefined): Generator<[string, Node, Node | null]> {
  for (const pair of map?.items ?? []) {
    const key = pair.key as Node;
    const value = pair.value as Node | null;
    yield [isScalar(key) ? String(key.value) : String(key), key, value];
  }
}

function unknownKey(kind: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `unknown ${kind} "${name}"${near === undefined ? `; known: ${known.join(', ')}` : `; did you mean "${near}"?`}`;
}

/** @returns the known name that a person most likely meant, or undefined when none is near */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((other) => ({ other, distance: editDistance(name, other) }));
  distances.sort((a, b) => a.distance - b.distance);
  const best = distances[0];
  return best && best.distance <= Math.max(2, name.length / 3) ? best.other : undefined;
}

/** Levenshtein's distance, ignoring case. */
function editDistance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Every problem on a line of its own: `clustermon.yaml:3: agent.port: 70000 is not a whole number from 0 to 65535`. */
export function configError(file: string, problems: readonly ConfigProblem[]): InputError {
  const lines = problems.map(({ path, line, message }) =>
    [`${file}:${line}`, ...(path === '' ? [] : [path]), message].join(': '),
  );
  return new InputError('config-invalid', lines.join('\n'));
}
