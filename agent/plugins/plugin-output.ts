/** What Nagios plugins print. Source: Monitoring Plugins Development Guidelines, "Plugin Output", "Performance data", "Threshold and ranges". */

/** One value of the performance data; undefined where the plugin gives none. */
export interface PerformanceValue {
  readonly label: string;
  /** NaN = the plugin could not tell (`U`). */
  readonly value: number;
  /** Unit of measurement: `s`, `%`, `B`, `KB`, `c` (a counter)…; empty for a plain number. */
  readonly unit: string;
  /** Ends of the ranges outside of which the plugin warns: `lower:upper`. */
  readonly warn: Range | undefined;
  readonly critical: Range | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** undefined = that end is open. */
export interface Range {
  readonly lower: number | undefined;
  readonly upper: number | undefined;
}

export interface PluginOutput {
  /** The first line, without performance data. */
  readonly text: string;
  readonly values: readonly PerformanceValue[];
}

const NUMBER = '[-+]?(?:\\d+(?:[.,]\\d*)?|[.,]\\d+)(?:[eE][-+]?\\d+)?';
/** `'label'=value[UOM];[warn];[crit];[min];[max]`; a quote inside of a quoted label is doubled. */
const VALUE = new RegExp(
  `(?:'((?:[^']|'')*)'|([^\\s'=]+))=(?:(${NUMBER})([^\\s;\\d.,+-][^\\s;]*)?|U)((?:;[^\\s;]*)*)(?=\\s|$)`,
  'y',
);
const RANGE = new RegExp(`^@?(?:(${NUMBER}|~)?:)?(${NUMBER})?$`);

/**
 * Reads what a plugin printed: a line of text, `|`, performance data; perhaps more lines, and after another `|` more performance data.
 * What is no performance data is passed over: many plugins print it nearly right.
 */
export function readPluginOutput(output: string): PluginOutput {
  const [first = '', ...others] = output.split('\n');
  const [text = '', ...data] = first.split('|');
  const [, ...more] = others.join('\n').split('|');
  return { text: text.trim(), values: readPerformanceData([...data, ...more].join(' ')) };
}

function readPerformanceData(data: string): PerformanceValue[] {
  const values: PerformanceValue[] = [];
  let at = 0;
  while (at < data.length) {
    VALUE.lastIndex = at;
    const match = VALUE.exec(data);
    if (match) {
      values.push(performanceValue(match));
      at = VALUE.lastIndex;
    } else {
      const blank = /\s/g;
      blank.lastIndex = at;
      at = (blank.exec(data)?.index ?? data.length) + 1;
    }
  }
  return values;
}

function performanceValue([
  ,
  quoted,
  plain,
  number,
  unit = '',
  rest = '',
]: RegExpExecArray): PerformanceValue {
  const [, warn, critical, min, max] = rest.split(';');
  return {
    label: quoted?.replaceAll("''", "'") ?? plain ?? '',
    value: numberOf(number) ?? Number.NaN,
    unit,
    warn: rangeOf(warn),
    critical: rangeOf(critical),
    min: numberOf(min),
    max: numberOf(max),
  };
}

/** `10` = from 0 to 10, `10:` = 10 or more, `~:10` = 10 or less; with `@` the plugin warns inside, which has the same ends. */
function rangeOf(text = ''): Range | undefined {
  const [, lower, upper] = RANGE.exec(text) ?? [];
  if (lower === undefined && upper === undefined) return undefined;
  return { lower: lower === '~' ? undefined : numberOf(lower), upper: numberOf(upper) };
}

/** Some plugins write the decimal comma of their language. */
function numberOf(text = ''): number | undefined {
  const value = Number.parseFloat(text.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}
