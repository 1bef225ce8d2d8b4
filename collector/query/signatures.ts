import type { ValueType } from './ast.ts';

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many arguments beyond `args.length - 1` there may be, of the last type; -1 = any number, undefined = exactly `args`. */
  readonly variadic: number | undefined;
  readonly returns: ValueType;
}

const SHORT: Readonly<Record<string, ValueType>> = {
  v: 'vector',
  m: 'matrix',
  s: 'scalar',
  t: 'string',
};

/** One word per group: argument types (v vector, m range vector, s scalar, t string), `+n` or `*` for variadic, then `>` and the result. */
const GROUPS: readonly (readonly [shape: string, names: string])[] = [
  [
    'v>v',
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count',
  ],
  [
    'v>v',
    'histogram_sum histogram_stddev histogram_stdvar ln log10 log2 rad sgn sin sinh sort sort_desc sqrt',
  ],
  ['v>v', 'start_timestamp tan tanh timestamp'],
  ['v+1>v', 'days_in_month day_of_month day_of_week day_of_year hour minute month year'],
  [
    'm>v',
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate',
  ],
  [
    'm>v',
    'last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time',
  ],
  [
    'm>v',
    'stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time',
  ],
  ['m>v', 'ts_of_min_over_time'],
  ['vss>v', 'clamp'],
  ['vs>v', 'clamp_max clamp_min'],
  ['vs+1>v', 'round'],
  ['mss>v', 'double_exponential_smoothing holt_winters'],
  ['ms>v', 'predict_linear'],
  ['ms+1>v', 'integral'],
  ['sm>v', 'quantile_over_time'],
  ['sv>v', 'histogram_quantile'],
  ['ssv>v', 'histogram_fraction'],
  ['vtss+9>v', 'histogram_quantiles'],
  ['vv+1>v', 'info'],
  ['vtttt>v', 'label_replace'],
  ['vttt*>v', 'label_join'],
  ['vt*>v', 'sort_by_label sort_by_label_desc'],
  ['v>s', 'scalar'],
  ['s>v', 'vector'],
  ['ss>s', 'min_of max_of'],
  ['>s', 'end pi range start step time'],
];

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  GROUPS.flatMap(([shape, names]) => names.split(' ').map((name) => [name, read(shape)] as const)),
);

function read(shape: string): Signature {
  const [, args = '', variadic, returns = 'v'] = /^([vmst]*)(?:\+(\d+)|\*)?>(.)$/.exec(shape) ?? [];
  return {
    args: [...args].map((letter) => SHORT[letter] as ValueType),
    variadic: shape.includes('*') ? -1 : variadic === undefined ? undefined : Number(variadic),
    returns: SHORT[returns] as ValueType,
  };
}
