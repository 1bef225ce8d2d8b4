/** nodes.yaml: which machine gets which classes, name, address and place. */
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { parseIpv4, parseMac } from '../../wire/address.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import { isHostName } from '../inventory/node.ts';
import { CLASS_NAME } from './class-list.ts';
import { parseByteCount } from './disk/size.ts';
import type { Problem } from './problem.ts';

const PATH = 'nodes.yaml';
const UNIT_MAX = 60;

/** All conditions of an entry must hold. Patterns take `*` and `?`, and case does not count. */
export interface NodeMatch {
  readonly mac?: string;
  readonly name?: string;
  readonly serial?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly cpu?: string;
  readonly firmware?: string;
  /** Bounds such as `>= 64GiB`. */
  readonly memory?: string;
  /** Bounds on the number of disks, such as `>= 2`. */
  readonly disks?: string;
}

export interface NodeEntry {
  /** 1-based line of the file. */
  readonly line: number;
  readonly match: NodeMatch;
  readonly classes: readonly string[];
  readonly name?: string;
  readonly address?: string;
  readonly rack?: string;
  readonly unit?: number;
  /** Installs without being asked. */
  readonly approve?: boolean;
}

/** What the entries say about one machine. */
export type NodeSettings = Partial<Omit<NodeEntry, 'line' | 'match'>>;

type Reader = (value: string) => string | undefined;

const pattern: Reader = () => undefined;
const isTrueOrFalse: Reader = (value) =>
  /^(true|false)$/i.test(value) ? undefined : 'is neither true nor false';
const MATCH_KEYS: Readonly<Record<keyof NodeMatch, Reader>> = {
  mac: (value) => (parseMac(value) ? undefined : 'is no MAC address'),
  name: pattern,
  serial: pattern,
  vendor: pattern,
  product: pattern,
  cpu: pattern,
  firmware: (value) => (/^(bios|uefi)$/.test(value) ? undefined : 'is neither bios nor uefi'),
  memory: (value) => (readBound(value) ? undefined : 'is no bound such as ">= 64GiB"'),
  disks: (value) => (readBound(value) ? undefined : 'is no bound such as ">= 2"'),
};
const VALUE_KEYS: Readonly<Record<'name' | 'address' | 'rack' | 'unit', Reader>> = {
  name: (value) => (isHostName(value) ? undefined : 'is no host name (letters, digits, hyphens)'),
  address: (value) => (parseIpv4(value) === undefined ? 'is no IPv4 address' : undefined),
  rack: pattern,
  unit: (value) =>
    /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= UNIT_MAX
      ? undefined
      : `is no unit from 1 to ${UNIT_MAX}`,
};

/**
 * Reads nodes.yaml: `nodes:`, a list of entries with `match`, `classes`, `name`, `address`, `rack`, `unit`, `approve` (docs/profiles.md).
 * @returns the entries that are sound, and every problem with its line
 */
export function parseNodesFile(text: string): {
  readonly entries: readonly NodeEntry[];
  readonly problems: readonly Problem[];
} {
  return new NodesReader(text).read();
}

class NodesReader {
  readonly #lines = new LineCounter();
  readonly #text: string;
  readonly #problems: Problem[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): { entries: readonly NodeEntry[]; problems: readonly Problem[] } {
    const document = parseDocument(this.#text, { lineCounter: this.#lines });
    for (const error of document.errors) {
      this.#wrong(error.pos[0], 'nodes-syntax', error.message.split('\n')[0] ?? '');
    }
    const root = document.contents;
    const list = isMap(root) ? root.get('nodes', true) : undefined;
    if (this.#problems.length === 0 && root !== null && !isSeq(list)) {
      this.#wrong(0, 'nodes-syntax', 'expected "nodes:" with a list of entries');
    }
    const entries = (isSeq(list) ? list.items : []).map((item) => this.#entry(item as Node));
    this.#refuseTwice(entries);
    return { entries, problems: this.#problems };
  }

  #entry(item: Node): NodeEntry {
    const offset = item.range?.[0] ?? 0;
    const entry: Record<string, unknown> = { line: this.#lines.linePos(offset).line, classes: [] };
    entry['match'] = {};
    if (!isMap(item)) {
      this.#wrong(offset, 'nodes-syntax', 'an entry has keys: match, classes, name, …');
      return entry as unknown as NodeEntry;
    }
    for (const pair of item.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === 'match') entry['match'] = this.#match(pair);
      else if (key === 'classes') entry['classes'] = this.#classes(pair);
      else if (key === 'approve') {
        const value = this.#scalar(pair, isTrueOrFalse);
        entry['approve'] = value?.toLowerCase() === 'true';
      } else if (key in VALUE_KEYS) {
        const value = this.#scalar(pair, VALUE_KEYS[key as keyof typeof VALUE_KEYS]);
        if (value !== undefined) entry[key] = key === 'unit' ? Number(value) : value;
      } else this.#unknownKey(pair, ['match', 'classes', 'approve', ...Object.keys(VALUE_KEYS)]);
    }
    return entry as unknown as NodeEntry;
  }

  #match(pair: Pair<Node, Node | null>): NodeMatch {
    if (!isMap(pair.value)) {
      this.#wrong(offsetOf(pair), 'nodes-match', 'match has keys: mac, name, serial, …');
      return {};
    }
    const match: Record<string, string> = {};
    for (const inner of pair.value.items as Pair<Node, Node | null>[]) {
      const key = isScalar(inner.key) ? String(inner.key.value) : '';
      if (!(key in MATCH_KEYS)) {
        this.#unknownKey(inner, Object.keys(MATCH_KEYS));
        continue;
      }
      const value = this.#scalar(inner, MATCH_KEYS[key as keyof NodeMatch]);
      if (value !== undefined) match[key] = key === 'mac' ? (parseMac(value) ?? value) : value;
    }
    return match;
  }

  #classes(pair: Pair<Node, Node | null>): readonly string[] {
    const items = isSeq(pair.value) ? pair.value.items : [pair.value];
    const words = items.flatMap((item) =>
      isScalar(item) && item.value !== null ? String(item.value).split(/[\s,]+/) : [],
    );
    const bad = words.find((word) => !CLASS_NAME.test(word));
    if (bad !== undefined) this.#wrong(offsetOf(pair), 'class-name', `"${bad}" is no class name`);
    return words.filter((word) => CLASS_NAME.test(word));
  }

  #scalar(pair: Pair<Node, Node | null>, reader: Reader): string | undefined {
    // The source text, so that a serial such as 0012 or 1e5 stays what it is.
    const value = isScalar(pair.value)
      ? (pair.value.source ?? String(pair.value.value))
      : undefined;
    const reason = value === undefined ? 'needs one value' : reader(value);
    if (reason === undefined) return value;
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    this.#wrong(
      offsetOf(pair),
      'nodes-value',
      `${key}: ${value === undefined ? '' : `"${value}" `}${reason}`,
    );
    return undefined;
  }

  #unknownKey(pair: Pair<Node, Node | null>, known: readonly string[]): void {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    this.#wrong(offsetOf(pair), 'nodes-key', `unknown key "${key}": one of ${known.join(', ')}`);
  }

  #refuseTwice(entries: readonly NodeEntry[]): void {
    const seen = new Map<string, number>();
    for (const { match, name, address, line } of entries) {
      for (const value of [match.mac, name && `name ${name}`, address]) {
        if (value === undefined) continue;
        const first = seen.get(value);
        if (first !== undefined) {
          const message = `${value} is in the entry of line ${first} already`;
          this.#problems.push({
            severity: 'error',
            code: 'nodes-twice',
            path: PATH,
            line,
            message,
          });
        }
        seen.set(value, line);
      }
    }
  }

  #wrong(offset: number, code: string, message: string): void {
    const { line } = this.#lines.linePos(offset);
    this.#problems.push({ severity: 'error', code, path: PATH, line: Math.max(1, line), message });
  }
}

/**
 * What the entries say about a machine: all that match, in file order; classes add up, for the rest the last one wins.
 * A condition on hardware does not hold before the hardware is known.
 */
export function settingsFor(
  entries: readonly NodeEntry[],
  node: Pick<PxeNode, 'name' | 'macs' | 'hardware'>,
): NodeSettings {
  const matching = entries.filter((entry) => matches(entry.match, node));
  const classes = [...new Set(matching.flatMap((entry) => entry.classes))];
  const settings: Record<string, unknown> = {};
  for (const { line: _line, match: _match, classes: _classes, ...rest } of matching) {
    Object.assign(settings, rest);
  }
  return { ...settings, ...(classes.length > 0 && { classes }) };
}

function matches(match: NodeMatch, node: Pick<PxeNode, 'name' | 'macs' | 'hardware'>): boolean {
  const { hardware } = node;
  const tests: Readonly<Record<keyof NodeMatch, (wanted: string) => boolean>> = {
    mac: (wanted) => node.macs.includes(wanted),
    name: (wanted) => like(node.name, wanted),
    serial: (wanted) => like(hardware?.serial, wanted),
    vendor: (wanted) => like(hardware?.vendor, wanted),
    product: (wanted) => like(hardware?.product, wanted),
    cpu: (wanted) => like(hardware?.cpu, wanted),
    firmware: (wanted) => hardware?.firmware === wanted,
    memory: (wanted) => within(hardware?.memoryBytes, wanted),
    disks: (wanted) => within(hardware?.disks?.length, wanted),
  };
  return (Object.entries(match) as [keyof NodeMatch, string][]).every(([key, wanted]) =>
    tests[key](wanted),
  );
}

function like(text: string | undefined, wanted: string): boolean {
  const source = wanted
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return text !== undefined && new RegExp(`^${source}$`, 'i').test(text);
}

function within(value: number | undefined, wanted: string): boolean {
  const bound = readBound(wanted);
  if (value === undefined || !bound) return false;
  switch (bound.operator) {
    case '>=':
      return value >= bound.limit;
    case '<=':
      return value <= bound.limit;
    case '>':
      return value > bound.limit;
    case '<':
      return value < bound.limit;
    default:
      return value === bound.limit;
  }
}

function readBound(text: string): { operator: string; limit: number } | undefined {
  const match = /^(>=|<=|>|<|=)?\s*(\d+)([KMGTP](?:iB|B)?)?$/.exec(text);
  if (!match) return undefined;
  return { operator: match[1] ?? '=', limit: parseByteCount(`${match[2]}${match[3] ?? ''}`) };
}

function offsetOf(pair: Pair<Node, Node | null>): number {
  return pair.key.range?.[0] ?? 0;
}
