import type { Alias, Document, Node, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import { parseDurationMs } from '../query/duration.ts';
import { indentQuoted } from './yaml-quotes.ts';

/** A fault of a YAML file and where it stands; lines and columns are 1-based, 0 = the file as a whole. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Aliases that are followed in one document, also those within what an alias stands for; few lines could else mean any number of rules. */
const ALIASES_MAX = 50_000;

/** What an int64 of nanoseconds holds, 292 years. */
const DURATION_MS_MAX = 2 ** 63 / 1e6;

/** A node with its key's name; `undefined` where the file has nothing or `null`. */
export type YamlNode = Node | undefined;

/**
 * Reads a YAML document into typed values the way Go's yaml.v3 decodes it with known fields: every scalar may become text, `null`
 * leaves the default, unknown and repeated keys are errors. All problems are collected; a reading function returns its default then.
 */
export class YamlReader {
  readonly problems: FileProblem[] = [];
  readonly root: YamlNode;
  /** 1-based line of what follows the first document and is not read; undefined = nothing does. */
  readonly restLine: number | undefined;
  readonly #lines: LineCounter;
  readonly #document: Document;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #secrets = new Set<Node>();
  readonly #additions = new Set<Node>();
  #followed = 0;
  readonly #ignoreUnknownFields: boolean;

  constructor(text: string, options: { readonly ignoreUnknownFields?: boolean } = {}) {
    this.#ignoreUnknownFields = options.ignoreUnknownFields ?? false;
    const first = firstDocument(text);
    if (hasContent(text.slice(first.length))) this.restLine = first.split('\n').length;
    const { document, lines } = parse(first);
    this.#lines = lines;
    for (const error of document.errors) {
      const at = this.#lines.linePos(error.pos[0]);
      this.problems.push({ line: at.line, column: at.col, message: error.message });
    }
    this.#document = document;
    this.#targets = this.#targetsOf(document);
    this.root = this.problems.length > 0 ? undefined : this.resolve(document.contents);
  }

  /** The node itself where it is an alias, and `undefined` for null. */
  resolve(node: unknown): YamlNode {
    if (isAlias(node)) return this.#follow(node);
    if (isScalar(node) && isNull(node)) return undefined;
    return (node ?? undefined) as YamlNode;
  }

  #follow(alias: Alias): YamlNode {
    if (++this.#followed <= ALIASES_MAX) return this.resolve(this.#targets.get(alias));
    if (this.#followed === ALIASES_MAX + 1) {
      this.fail(alias, `the document follows more than ${ALIASES_MAX} aliases`);
    }
    return undefined;
  }

  /** What each alias stands for: the node that has had its anchor last. */
  #targetsOf(document: Document): ReadonlyMap<Alias, Node> {
    const anchors = new Map<string, Node>();
    const targets = new Map<Alias, Node>();
    visit(document, {
      Node: (_key, node) => {
        if (!isAlias(node)) {
          if (node.anchor) anchors.set(node.anchor, node);
          return;
        }
        const target = anchors.get(node.source);
        if (!target) this.fail(node, `unknown anchor '${node.source}' referenced`);
        else if (contains(target, node)) {
          this.fail(node, `anchor '${node.source}' value contains itself`);
        } else targets.set(node, target);
      },
    });
    return targets;
  }

  /** Text that `publicText` does not show. */
  secret(node: YamlNode): string {
    if (node) this.#secrets.add(node);
    return this.text(node);
  }

  /** The value of a key that `publicText` leaves out, because only we know it. */
  addition(node: YamlNode): YamlNode {
    if (node) this.#additions.add(node);
    return node;
  }

  /**
   * The document without comments and additions, and with `<secret>` for what was read as one; of an address only the path and query are.
   * An addition that other parts of the document may refer to stays.
   */
  publicText(): string {
    const shown = this.#document.clone();
    const originals = nodesOf(this.#document);
    const additions = new Set<unknown>();
    for (const [index, node] of nodesOf(shown).entries()) {
      const original = originals[index] as Node;
      node.comment = null;
      node.commentBefore = null;
      if (isScalar(node) && this.#secrets.has(original)) node.value = masked(this.text(node));
      if (this.#additions.has(original) && !hasAnchor(node)) additions.add(node);
    }
    visit(shown, {
      Pair: (_key, { value }) => (additions.has(value) ? visit.REMOVE : undefined),
    });
    shown.comment = null;
    shown.commentBefore = null;
    return shown.toString({ lineWidth: 0 });
  }

  positionOf(node: YamlNode): Position {
    const offset = node?.range?.[0];
    if (offset === undefined) return { line: 0, column: 0 };
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  fail(node: YamlNode, message: string): void {
    this.problems.push({ ...this.positionOf(node), message });
  }

  /**
   * The values of a mapping by key.
   * @param type  what the mapping is, for messages
   * @param known the only keys that it may have
   */
  mapping<Key extends string>(
    node: YamlNode,
    type: string,
    known: readonly Key[],
  ): Readonly<Partial<Record<Key, Node>>> {
    const found: Partial<Record<string, Node>> = {};
    if (node === undefined) return found as Partial<Record<Key, Node>>;
    if (!isMap(node)) {
      this.fail(node, `cannot unmarshal ${kindOf(node)} into ${type}`);
      return found as Partial<Record<Key, Node>>;
    }
    for (const [key, keyNode, value] of this.#entries(node)) {
      if (!known.includes(key as Key)) {
        if (!this.#ignoreUnknownFields) this.fail(keyNode, `field ${key} not found in ${type}`);
      } else if (value !== undefined) found[key] = value;
    }
    return found as Partial<Record<Key, Node>>;
  }

  list(node: YamlNode, type: string): readonly YamlNode[] {
    if (node === undefined) return [];
    if (isSeq(node)) return node.items.map((item) => this.resolve(item));
    this.fail(node, `cannot unmarshal ${kindOf(node)} into a list of ${type}`);
    return [];
  }

  text(node: YamlNode): string {
    if (node === undefined) return '';
    if (isScalar(node)) return String(node.value ?? '');
    this.fail(node, `cannot unmarshal ${kindOf(node)} into a text`);
    return '';
  }

  /** Texts of a list; a list of one may be written without the brackets where `orOne` says so. */
  texts(node: YamlNode): readonly string[] {
    return this.list(node, 'texts').map((item) => this.text(item));
  }

  textMap(node: YamlNode): Readonly<Record<string, string>> {
    const result: Record<string, string> = {};
    if (node === undefined) return result;
    if (!isMap(node)) {
      this.fail(node, `cannot unmarshal ${kindOf(node)} into names with texts`);
      return result;
    }
    for (const [key, , value] of this.#entries(node)) result[key] = this.text(value);
    return result;
  }

  integer(node: YamlNode): number {
    if (node === undefined) return 0;
    const text = this.text(node);
    if (isPlain(node) && /^[-+]?(\d[\d_]*|0x[\da-fA-F]+|0o?[0-7]+)$/.test(text)) {
      return Number(text.replaceAll('_', ''));
    }
    this.fail(node, `cannot unmarshal ${JSON.stringify(text)} into an integer`);
    return 0;
  }

  number(node: YamlNode): number {
    if (node === undefined) return 0;
    const text = this.text(node);
    const special = /^([-+]?)\.(inf|nan)$/i.exec(text);
    if (special) {
      if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
      return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    }
    if (isPlain(node) && /^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) {
      return Number(text.replaceAll('_', ''));
    }
    if (isPlain(node) && /^0x[\da-fA-F]+$/.test(text)) return Number(text);
    this.fail(node, `cannot unmarshal ${JSON.stringify(text)} into a number`);
    return 0;
  }

  /** Milliseconds of `1h30m`; undefined where the file has none. */
  durationMs(node: YamlNode): number | undefined {
    if (node === undefined) return undefined;
    const text = this.text(node);
    const ms = parseDurationMs(text);
    if (ms === undefined) this.fail(node, `not a valid duration string: "${text}"`);
    else if (ms >= DURATION_MS_MAX) this.fail(node, `duration out of range: "${text}"`);
    return ms;
  }

  flag(node: YamlNode): boolean {
    const text = this.text(node);
    if (node === undefined || /^(false|no|off|n)$/i.test(text)) return false;
    if (/^(true|yes|on|y)$/i.test(text)) return true;
    this.fail(node, `cannot unmarshal ${JSON.stringify(text)} into true or false`);
    return false;
  }

  *#entries(map: YAMLMap): Generator<readonly [key: string, keyNode: Node, value: YamlNode]> {
    const lines = new Map<string, number>();
    for (const { key: keyNode, value } of map.items as { key: Node; value: unknown }[]) {
      const key = this.text(this.resolve(keyNode));
      if (key === '<<' && isPlain(keyNode)) {
        yield* this.#merged(this.resolve(value), map);
        continue;
      }
      const before = lines.get(key);
      if (before !== undefined) {
        this.fail(keyNode, `mapping key ${JSON.stringify(key)} already defined at line ${before}`);
        continue;
      }
      lines.set(key, this.positionOf(keyNode).line);
      yield [key, keyNode, this.resolve(value)];
    }
  }

  /** `<<: *anchor`: keys of another mapping that this one does not have itself. */
  *#merged(
    source: YamlNode,
    into: YAMLMap,
  ): Generator<readonly [key: string, keyNode: Node, value: YamlNode]> {
    if (isSeq(source)) {
      for (const item of source.items) yield* this.#merged(this.resolve(item), into);
    } else if (isMap(source)) {
      for (const entry of this.#entries(source)) if (!into.has(entry[0])) yield entry;
    } else this.fail(source, 'map merge requires map or sequence of maps as the value');
  }
}

interface Parsed {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Where YAML is stricter than libyaml, as libyaml reads it. */
function parse(text: string): Parsed {
  const parsed = parseStrictly(text);
  if (parsed.document.errors.length === 0) return parsed;
  const lenient = parseStrictly(indentQuoted(text));
  return lenient.document.errors.length === 0 ? lenient : parsed;
}

/** `failsafe` keeps every scalar as it is written. */
function parseStrictly(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
  });
  return { document, lines };
}

function masked(secret: string): string {
  const origin = /^https?:/.test(secret) ? URL.parse(secret)?.origin : undefined;
  return origin ? `${origin}/<secret>` : '<secret>';
}

function nodesOf(document: Document): readonly Node[] {
  const nodes: Node[] = [];
  visit(document, { Node: (_key, node) => void nodes.push(node) });
  return nodes;
}

function hasAnchor(node: Node): boolean {
  let found = false;
  visit(node, {
    Node: (_key, inner) => {
      if (!isAlias(inner) && inner.anchor) found = true;
    },
  });
  return found;
}

function contains(outer: Node, inner: Node): boolean {
  const end = outer.range?.[1] ?? 0;
  return (inner.range?.[0] ?? 0) < end;
}

function isNull(scalar: Scalar): boolean {
  return isPlain(scalar) && /^(|~|null|Null|NULL)$/.test(String(scalar.value ?? ''));
}

function isPlain(node: Node): boolean {
  return isScalar(node) && (node.type === undefined || node.type === Scalar.PLAIN);
}

function kindOf(node: Node): string {
  if (isMap(node)) return 'a mapping';
  return isSeq(node) ? 'a list' : `${JSON.stringify(String((node as Scalar).value))}`;
}

/** The text up to the second document; what follows is cut off without moving a line. */
function firstDocument(text: string): string {
  const marker = /^(?:---|\.\.\.)(?=\s|$)/gm;
  for (let found = marker.exec(text); found; found = marker.exec(text)) {
    const before = text.slice(0, found.index);
    if (hasContent(before)) return before;
  }
  return text;
}

/** True for more than comments, directives and markers of documents. */
function hasContent(text: string): boolean {
  const plain = text.replace(/^[ \t]*#.*$/gm, '').replace(/^%.*$/gm, '');
  return plain.replace(/^(?:---|\.\.\.)(?=\s|$)/gm, '').trim() !== '';
}
