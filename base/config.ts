/** Settings: what a section of the configuration may hold, what each key means, and its default. */
import { unknownKey } from './nearest.ts';

/** One key of a section: what it means, what it is when absent, and how a value is judged. */
export interface Setting<T> {
  readonly doc: string;
  readonly default: T;
  /** What is wanted, for messages: `a whole number from 0 to 65535`. */
  readonly wanted: string;
  /**
   * @param report gets what is wrong inside of a value of several parts
   * @returns the value, or undefined when it is not what is wanted
   */
  read(value: unknown, report: Report): T | undefined;
}

/** Takes one problem. @param path of keys and indexes, below the value that is read */
export type Report = (path: readonly (string | number)[], message: string) => void;

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

/**
 * A list of maps, each with keys of its own; a text stands for a map of its main key alone.
 * @param options.main the key that no map may lack
 */
export function records<S extends Section>(
  keys: S,
  options: { main: keyof S & string; wanted: string; doc: string },
): Setting<readonly SettingsOf<S>[]> {
  const { main, wanted, doc } = options;
  return {
    doc,
    default: [],
    wanted,
    read(value, report) {
      const items: unknown[] = Array.isArray(value) ? value : [value];
      const maps = items.map((item) => (typeof item === 'string' ? { [main]: item } : item));
      if (!maps.every(isMapOfValues)) return undefined;
      return maps.map((map, index) => {
        const settings = readSettings(keys, map, (path, message) =>
          report([index, ...path], message),
        );
        if (map[main] === undefined) report([index], `lacks ${main}`);
        return settings;
      });
    },
  };
}

function isMapOfValues(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the values of a section, such as JSON or YAML gives them.
 * @returns frozen, with defaults for what is absent or wrong; every problem is reported
 */
export function readSettings<S extends Section>(
  keys: S,
  given: Readonly<Record<string, unknown>>,
  report: Report,
): SettingsOf<S> {
  const settings: Record<string, unknown> = { ...defaultsOf(keys) };
  for (const [key, value] of Object.entries(given)) {
    const setting = keys[key];
    if (!setting) {
      report([key], unknownKey('key', key, Object.keys(keys)));
      continue;
    }
    const read = setting.read(value, (path, message) => report([key, ...path], message));
    if (read === undefined) report([key], `${JSON.stringify(value)} is not ${setting.wanted}`);
    else settings[key] = read;
  }
  return Object.freeze(settings) as SettingsOf<S>;
}

export function defaultsOf<S extends Section>(keys: S): SettingsOf<S> {
  const pairs = Object.entries(keys).map(([key, setting]) => [key, setting.default]);
  return Object.freeze(Object.fromEntries(pairs)) as SettingsOf<S>;
}
