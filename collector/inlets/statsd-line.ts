import { LIMITS } from '../../wire/metric.ts';
import { checkText, labelName, metricName, numberOf, refused, shown } from './received-sample.ts';

/** One line as a program sent it. */
export type StatsdLine = {
  readonly name: string;
  /** The tags of DogStatsD; `host` among them names the host. */
  readonly tags: ReadonlyMap<string, string>;
} & (
  | { readonly kind: 'counter'; readonly add: number }
  /** A value with a sign changes the gauge instead of setting it. */
  | { readonly kind: 'gauge'; readonly value: number; readonly isChange: boolean }
  | { readonly kind: 'timer'; readonly value: number }
  | { readonly kind: 'set'; readonly member: string }
);

/**
 * `requests:1|c|@0.1|#host:web01,code:200`
 * Source: StatsD's docs/metric_types.md; tags as DogStatsD has them.
 * @throws InputError `inlet-sample`
 */
export function parseStatsd(line: string): StatsdLine {
  const colon = line.indexOf(':');
  if (colon <= 0) throw refused('line', `${shown(line)} is not "name:value|type"`);
  const [value = '', type = '', ...options] = line.slice(colon + 1).split('|');
  const head = { name: metricName(line.slice(0, colon)), tags: tagsOf(options) };
  switch (type) {
    case 'c':
      return { ...head, kind: 'counter', add: numberOf('value', value) / rateOf(options) };
    case 'g':
      return {
        ...head,
        kind: 'gauge',
        value: numberOf('value', value),
        isChange: /^[+-]/.test(value),
      };
    case 'ms':
    case 'h':
    case 'd':
      return { ...head, kind: 'timer', value: numberOf('value', value) };
    case 's':
      checkText('value', value, LIMITS.labelValue);
      return { ...head, kind: 'set', member: value };
    default:
      throw refused('type', `${shown(type)} is none of c, g, ms, h, d, s`);
  }
}

function rateOf(options: readonly string[]): number {
  const text = options.find((option) => option.startsWith('@'));
  if (text === undefined) return 1;
  const rate = numberOf('rate', text.slice(1));
  if (rate > 0 && rate <= 1) return rate;
  throw refused('rate', `${shown(text)} must be above 0 and at most 1`);
}

function tagsOf(options: readonly string[]): ReadonlyMap<string, string> {
  const text = options.find((option) => option.startsWith('#'))?.slice(1) ?? '';
  const pairs = text.split(',').filter((tag) => tag.includes(':'));
  return new Map(
    pairs.map((tag) => {
      const colon = tag.indexOf(':');
      return [labelName(tag.slice(0, colon)), tag.slice(colon + 1)] as const;
    }),
  );
}
