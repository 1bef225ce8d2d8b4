import { InputError } from '../../base/errors.ts';

/** Reads the fields of a JSON body; each refusal is an InputError `body-invalid` that names the field and the limit. */
export class Body {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new InputError('body-invalid', 'the body must be a JSON object');
    }
    this.#fields = new Map(Object.entries(body));
  }

  /** @param limits `max` in characters; without `default` the field must be there and not be empty */
  text(field: string, limits: { readonly default?: string; readonly max: number }): string {
    const value = this.#fields.get(field) ?? limits.default;
    if (typeof value !== 'string') throw invalid(field, 'must be a text');
    if (value === '' && limits.default === undefined) throw invalid(field, 'must not be empty');
    if (value.length > limits.max) {
      throw invalid(field, `has ${value.length} characters, the limit is ${limits.max}`);
    }
    return value;
  }

  /** Both ends of the range are included. */
  number(
    field: string,
    range: { readonly default: number; readonly min: number; readonly max: number },
  ): number {
    const value = this.#fields.get(field) ?? range.default;
    if (typeof value !== 'number' || !(value >= range.min && value <= range.max)) {
      throw invalid(field, `must be a number from ${range.min} to ${range.max}`);
    }
    return value;
  }

  choice<T extends string>(field: string, choices: readonly T[], byDefault: T): T {
    const value = this.#fields.get(field) ?? byDefault;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw invalid(field, `must be one of ${choices.join(', ')}`);
    return found;
  }

  textMap(
    field: string,
    limits: { readonly max: number; accepts(name: string, value: string): boolean },
  ): Readonly<Record<string, string>> {
    const value = this.#fields.get(field) ?? {};
    const pairs = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const isSound = pairs.every(
      ([name, text]) => typeof text === 'string' && limits.accepts(name, text),
    );
    if (typeof value !== 'object' || !isSound)
      throw invalid(field, 'must be names with a text each');
    if (pairs.length > limits.max) throw invalid(field, `may have at most ${limits.max} names`);
    return Object.fromEntries(pairs) as Record<string, string>;
  }
}

function invalid(field: string, reason: string): InputError {
  return new InputError('body-invalid', `${field} ${reason}`, { field });
}
