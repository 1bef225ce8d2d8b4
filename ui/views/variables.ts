/** Variables of a view: their values in the URL, and in expressions. */
import type { ViewVariable } from '../../wire/views.ts';

/** Before the name of a variable in the URL: `var-host=n0.*`. */
export const PARAMETER = 'var-';

export type Values = ReadonlyMap<string, string>;

export function valuesOf(variables: readonly ViewVariable[], params: URLSearchParams): Values {
  return new Map(variables.map(({ name, value }) => [name, params.get(PARAMETER + name) ?? value]));
}

/** Replaces `$name`; inside of a text in double quotes any value stays inside of it. */
export function filledIn(expr: string, values: Values): string {
  return expr.replace(/\$(\w+)/g, (whole, name: string) => {
    const value = values.get(name);
    return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
  });
}
