import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import { nearest } from '../../base/nearest.ts';
import type { ViewProblem } from '../../wire/views.ts';

/** A part of the file with the path of keys that leads to it. */
export interface Part {
  readonly node: Node | undefined;
  readonly path: string;
}

type Range = { readonly min?: number; readonly max?: number };

/**
 * Reads the parts of a YAML file as what is wanted. What is wrong is collected with line, column, field and what is wanted; a reading
 * function then returns undefined (or nothing of a list), so that one pass finds all problems.
 */
export class ViewReader {
  readonly problems: ViewProblem[] = [];
  readonly root: Part;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { pos, message } of this.#document.errors) {
      const { line, col } = this.#lines.linePos(pos[0]);
      this.problems.push({ line, column: col, field: '', message });
    }
    this.root = { node: this.#document.contents ?? undefined, path: '' };
  }

  get isReadable(): boolean {
    return this.#document.errors.length === 0;
  }

  /** @param offset characters after the beginning of the part */
  fail({ node, path }: Part, message: string, offset = 0): void {
    const at = node?.range ? this.#lines.linePos(node.range[0]) : { line: 0, col: 0 };
    this.problems.push({ line: at.line, column: at.col + offset, field: path, message });
  }

  /** The fields of a mapping; those that are not `known` are problems. */
  fields<Key extends string>(
    part: Part,
    what: string,
    known: readonly Key[],
  ): Partial<Record<Key, Part>> {
    const found: Partial<Record<Key, Part>> = {};
    for (const [name, value, key] of this.entries(part, what)) {
      const field = known.find((one) => one === name);
      if (field === undefined) {
        const near = nearest(name, known);
        const hint =
          near === undefined ? `it may have ${known.join(', ')}` : `did you mean ${near}?`;
        this.fail({ node: key, path: value.path }, `${what} has no field ${name}; ${hint}`);
      } else if (value.node !== undefined) found[field] = value;
    }
    return found;
  }

  /** Keys and values of a mapping, in the order of the file. */
  entries(part: Part, what: string): [name: string, value: Part, key: Node][] {
    const { node, path } = part;
    if (!isMap(node)) {
      this.fail(part, `${what} must be fields with values, such as title: Disks`);
      return [];
    }
    return node.items.map((pair) => {
      const key = pair.key as Node;
      const name = isScalar(key) ? String(key.value) : '';
      const at = path === '' ? name : `${path}.${name}`;
      return [name, { node: this.#resolve(pair.value), path: at }, key];
    });
  }

  list(part: Part | undefined, what: string): Part[] {
    if (part === undefined) return [];
    if (isSeq(part.node))
      return part.node.items.map((item, index) => ({
        node: this.#resolve(item),
        path: `${part.path}[${index}]`,
      }));
    this.fail(part, `must be a list of ${what}, each after a dash`);
    return [];
  }

  text(part: Part | undefined, max = 500): string | undefined {
    if (part === undefined) return undefined;
    const { node } = part;
    // Numbers and the like are texts as they are written: a title may be 2026.
    const value = isScalar(node) ? ((node as Scalar).source ?? String(node.value)) : undefined;
    if (value === undefined) this.fail(part, 'must be a text');
    else if (value.length > max)
      this.fail(part, `has ${value.length} characters, the limit is ${max}`);
    else return value;
    return undefined;
  }

  number(part: Part | undefined, { min, max }: Range = {}): number | undefined {
    if (part === undefined) return undefined;
    const value = isScalar(part.node) ? part.node.value : undefined;
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    if (isNumber && value >= (min ?? value) && value <= (max ?? value)) return value;
    const range = min === undefined ? '' : ` from ${min} to ${max}`;
    this.fail(part, `must be a number${range}`);
    return undefined;
  }

  choice<T extends string>(part: Part | undefined, choices: readonly T[]): T | undefined {
    if (part === undefined) return undefined;
    const text = isScalar(part.node) ? String(part.node.value) : '';
    const found = choices.find((choice) => choice === text);
    if (found === undefined) this.fail(part, `must be one of ${choices.join(', ')}`);
    return found;
  }

  /** Aliases are what they stand for; null is nothing. */
  #resolve(value: unknown): Node | undefined {
    const node = isAlias(value) ? value.resolve(this.#document) : (value as Node | null);
    return !node || (isScalar(node) && node.value === null) ? undefined : node;
  }
}
