/** What could follow at the cursor of a PromQL text. */

const FUNCTIONS = (
  'abs absent absent_over_time avg_over_time bottomk ceil changes clamp clamp_max clamp_min count_over_time delta deriv floor ' +
  'histogram_quantile hour increase irate label_join label_replace last_over_time max_over_time min_over_time minute predict_linear ' +
  'quantile_over_time rate resets round scalar sort sort_desc sqrt stddev_over_time sum_over_time time timestamp topk vector'
).split(' ');
const AGGREGATIONS =
  'avg bottomk count count_values group max min quantile stddev stdvar sum topk'.split(' ');
const WORDS = 'and bool by group_left group_right ignoring offset on or unless without'.split(' ');

export interface Completion {
  readonly text: string;
  readonly kind: 'metric' | 'function' | 'aggregation' | 'keyword';
}

export interface Completions {
  /** The part of the text that a choice replaces. */
  readonly from: number;
  readonly to: number;
  readonly choices: readonly Completion[];
}

const CHOICES_MAX = 10;

/** Nothing inside quotes or braces, where names of metrics make no sense, and nothing for fewer than two letters. */
export function completionsAt(
  text: string,
  cursor: number,
  metrics: readonly string[],
): Completions {
  const before = text.slice(0, cursor);
  const word = /[A-Za-z_:][\w:]*$/.exec(before)?.[0] ?? '';
  const from = cursor - word.length;
  const nothing = { from, to: cursor, choices: [] };
  if (word.length < 2 || isInside(before)) return nothing;
  const all: Completion[] = [
    ...metrics.map((name): Completion => ({ text: name, kind: 'metric' })),
    ...FUNCTIONS.map((name): Completion => ({ text: name, kind: 'function' })),
    ...AGGREGATIONS.map((name): Completion => ({ text: name, kind: 'aggregation' })),
    ...WORDS.map((name): Completion => ({ text: name, kind: 'keyword' })),
  ];
  const lower = word.toLowerCase();
  const fits = all.filter(({ text: name }) => name !== word && name.toLowerCase().includes(lower));
  const rank = ({ text: name }: Completion) => (name.toLowerCase().startsWith(lower) ? 0 : 1);
  return {
    from,
    to: cursor,
    choices: fits.sort((a, b) => rank(a) - rank(b)).slice(0, CHOICES_MAX),
  };
}

function isInside(before: string): boolean {
  let quote = '';
  let braces = 0;
  for (const letter of before) {
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'" || letter === '`') quote = letter;
    else if (letter === '{') braces += 1;
    else if (letter === '}') braces -= 1;
  }
  return quote !== '' || braces > 0;
}
