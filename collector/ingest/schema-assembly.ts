/** Puts the parts of a SCHEMA together, in whatever order they come. */
import type { Labels, Metric } from '../../wire/metric.ts';
import type { SchemaPart } from '../../wire/schema.ts';

export interface WholeSchema {
  readonly number: number;
  readonly hostName: string;
  readonly labels: Labels;
  readonly facts: Labels;
  readonly metrics: readonly Metric[];
}

export class SchemaAssembly {
  #number = -1;
  #parts: (SchemaPart | undefined)[] = [];

  /** @returns the schema when this part was the last one that was missing */
  add(part: SchemaPart): WholeSchema | undefined {
    if (part.schema !== this.#number || part.parts !== this.#parts.length) {
      this.#number = part.schema;
      this.#parts = new Array<SchemaPart | undefined>(part.parts).fill(undefined);
    }
    this.#parts[part.part] = part;
    if (this.#parts.includes(undefined)) return undefined;
    const whole = join(this.#parts as SchemaPart[]);
    this.#number = -1;
    this.#parts = [];
    return whole;
  }
}

/** @returns undefined when the parts do not make one list without gaps */
function join(parts: readonly SchemaPart[]): WholeSchema | undefined {
  const [first] = parts;
  const metrics = parts.flatMap((part) => part.metrics);
  let next = 0;
  for (const part of parts) {
    if (part.first !== next) return undefined;
    next += part.metrics.length;
  }
  if (!first || metrics.length !== first.total) return undefined;
  const { schema: number, hostName, labels, facts } = first;
  return { number, hostName, labels, facts, metrics };
}
