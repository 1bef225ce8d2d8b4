/** The configuration file: YAML, one section per module, read into a frozen typed value with every default filled in. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { readSettings, type Section, type SettingsOf } from './config.ts';
import { InputError } from './errors.ts';
import { unknownKey } from './nearest.ts';

export type Sections = Readonly<Record<string, Section>>;
export type ConfigOf<S extends Sections> = { readonly [K in keyof S]: SettingsOf<S[K]> };

export interface ConfigProblem {
  /** `collector.port`; empty for the file as a whole. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
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
  const root = document.contents;
  if (root !== null && !isMap(root))
    report('', root, 'the file must hold sections, such as "agent:"');
  const given = new Map<string, YAMLMap>();
  for (const { key, value } of isMap(root) ? root.items : []) {
    const [name, node] = [String(key), key as Node];
    if (!sections[name]) report(name, node, unknownKey('section', name, Object.keys(sections)));
    else if (isMap(value)) given.set(name, value);
    else if (value !== null && !(isScalar(value) && value.value === null))
      report(name, node, 'a section holds keys with values');
  }
  const config = Object.entries(sections).map(([name, keys]) => {
    const map = given.get(name);
    const values = (map?.toJS(document) ?? {}) as Readonly<Record<string, unknown>>;
    const settings = readSettings(keys, values, (path, message) =>
      report(pathText(name, path), map && nodeAt(map, path), message),
    );
    return [name, settings];
  });
  problems.sort((a, b) => a.line - b.line);
  return { config: Object.freeze(Object.fromEntries(config)) as ConfigOf<S>, problems };
}

/** `agent.exporters[1].url` */
function pathText(section: string, path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`),
    section,
  );
}

/** Where the key or item stands; the nearest node around it when it has no place of its own. */
function nodeAt(map: YAMLMap, path: readonly (string | number)[]): Node {
  let at: Node = map;
  let parent: unknown = map;
  for (const part of path) {
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => String(key) === part);
      if (!pair) break;
      at = pair.key as Node;
      parent = pair.value;
    } else if (isSeq(parent)) {
      parent = parent.items[Number(part)];
      at = parent as Node;
    }
  }
  return at;
}

/** Every problem on a line of its own: `clustermon.yaml:3: agent.port: 70000 is not a whole number from 0 to 65535`. */
export function configError(file: string, problems: readonly ConfigProblem[]): InputError {
  const lines = problems.map(({ path, line, message }) =>
    [`${file}:${line}`, ...(path === '' ? [] : [path]), message].join(': '),
  );
  return new InputError('config-invalid', lines.join('\n'));
}
