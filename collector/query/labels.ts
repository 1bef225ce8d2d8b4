/** The label that holds the metric's name. */
export const METRIC_NAME = '__name__';

/** Labels that describe the metric itself; an operation that changes what a value means removes them. */
export const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, '__type__', '__unit__']);

/** An immutable label set, sorted by name, without empty values (an empty value means the label is absent). */
export class Labels {
  static readonly EMPTY = new Labels([]);

  /** name, value, name, value… sorted by name */
  readonly #pairs: readonly string[];
  #key: string | undefined;
  #json: string | undefined;

  private constructor(sortedPairs: readonly string[]) {
    this.#pairs = sortedPairs;
  }

  static from(record: Readonly<Record<string, string>>): Labels {
    const pairs: string[] = [];
    for (const name of Object.keys(record).sort()) {
      const value = record[name];
      if (value) pairs.push(name, value);
    }
    return new Labels(pairs);
  }

  /** Identity of the set: equal keys mean equal sets. Computed once, so keep the object, not the record it came from. */
  get key(): string {
    this.#key ??= this.#pairs.join('\u0000');
    return this.#key;
  }

  /** The set in the HTTP API's JSON; made once, as `key`. */
  get json(): string {
    this.#json ??= JSON.stringify(this);
    return this.#json;
  }

  get size(): number {
    return this.#pairs.length / 2;
  }

  /** The label's value, or '' when it is absent. */
  get(name: string): string {
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] === name) return pairs[i + 1] as string;
    }
    return '';
  }

  /** Sets one label; an empty value removes it. */
  with(name: string, value: string): Labels {
    return this.withAll([[name, value]]);
  }

  withAll(changes: Iterable<readonly [name: string, value: string]>): Labels {
    return Labels.from({ ...this.toObject(), ...Object.fromEntries(changes) });
  }

  keep(names: ReadonlySet<string>): Labels {
    return this.#filter((name) => names.has(name));
  }

  without(names: ReadonlySet<string>): Labels {
    return this.#filter((name) => !names.has(name));
  }

  /** The values of `names`, as an identity within one list of names. */
  keyOf(names: readonly string[]): string {
    let key = '';
    for (const name of names) key += `${this.get(name)}\u0000`;
    return key;
  }

  /** The identity of the set that `without` would give, made without making it. */
  keyWithout(names: ReadonlySet<string>): string {
    const pairs = this.#pairs;
    let key = '';
    for (let i = 0; i < pairs.length; i += 2) {
      if (!names.has(pairs[i] as string)) key += `${pairs[i]}\u0000${pairs[i + 1]}\u0000`;
    }
    return key;
  }

  *[Symbol.iterator](): Generator<readonly [name: string, value: string]> {
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i += 2) yield [pairs[i] as string, pairs[i + 1] as string];
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this);
  }

  /** JSON shape of the HTTP API. */
  toJSON(): Record<string, string> {
    return this.toObject();
  }

  /** As Prometheus prints a series: `up{instance="n001"}`. */
  toString(): string {
    const name = this.get(METRIC_NAME);
    const bare = isBareMetricName(name);
    const inBraces: string[] = name && !bare ? [JSON.stringify(name)] : [];
    for (const [label, value] of this) {
      if (label !== METRIC_NAME) inBraces.push(`${quoteLabelName(label)}=${JSON.stringify(value)}`);
    }
    if (inBraces.length === 0) return name || '{}';
    return `${bare ? name : ''}{${inBraces.join(', ')}}`;
  }

  /** Order of results: by name, then value, label by label. */
  static compare(a: Labels, b: Labels): number {
    const left = a.#pairs;
    const right = b.#pairs;
    const shorter = Math.min(left.length, right.length);
    for (let i = 0; i < shorter; i++) {
      const x = left[i] as string;
      const y = right[i] as string;
      if (x !== y) return x < y ? -1 : 1;
    }
    return left.length - right.length;
  }

  #filter(keeps: (name: string) => boolean): Labels {
    const pairs = this.#pairs;
    const kept: string[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      if (keeps(pairs[i] as string)) kept.push(pairs[i] as string, pairs[i + 1] as string);
    }
    if (kept.length === pairs.length) return this;
    return kept.length === 0 ? Labels.EMPTY : new Labels(kept);
  }
}

/** True for a name that a selector can hold without quotes. */
export function isBareMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

export function quoteLabelName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}
