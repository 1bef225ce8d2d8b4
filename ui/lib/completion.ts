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
  readonly kind: 'metric' | 'function' | 'aggregation' | 'keyword' | 'label' | 'value';
}

export interface Completions {
  /** The part of the text that a choice replaces. */
  readonly from: number;
  readonly to: number;
  readonly choices: readonly Completion[];
}

/** Names that this cluster has. */
export interface Vocabulary {
  readonly metrics: readonly string[];
  /** With the values that are known of each; none for labels of single metrics. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
}

const CHOICES_MAX = 10;
/** A list that opens at every letter is in the way; labels and their values are few. */
const LETTERS_MIN = 2;

export function completionsAt(text: string, cursor: number, known: Vocabulary): Completions {
  const before = text.slice(0, cursor);
  const place = placeOf(before);
  const from = cursor - place.word.length;
  const choices = choicesFor(place, known).filter(({ text: name }) => name !== place.word);
  return { from, to: cursor, choices: ranked(choices, place.word) };
}

type Place =
  | { readonly kind: 'expression' | 'label' | 'nothing'; readonly word: string }
  | { readonly kind: 'value'; readonly word: string; readonly label: string };

/** Inside of `by (…)`, of braces, and of the quotes after a label. */
const BY_LIST = /\b(?:by|without|on|ignoring)\s*\((?:\s*\w+\s*,)*\s*(\w*)$/;
const LABEL_VALUE = /\{[^{}]*?(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)$/;
const LABEL_NAME = /[{,\s](\w*)$/;

function placeOf(before: string): Place {
  const value = LABEL_VALUE.exec(before);
  if (value) return { kind: 'value', label: value[1]!, word: value[2]! };
  const inside = isInside(before);
  if (inside === 'quote') return { kind: 'nothing', word: '' };
  const label = (inside === 'brace' ? LABEL_NAME : BY_LIST).exec(before);
  if (label) return { kind: 'label', word: label[1]! };
  if (inside === 'brace') return { kind: 'nothing', word: '' };
  return { kind: 'expression', word: /[A-Za-z_:][\w:]*$/.exec(before)?.[0] ?? '' };
}

function choicesFor(place: Place, { metrics, labels }: Vocabulary): Completion[] {
  const of = (kind: Completion['kind'], names: Iterable<string>) =>
    Array.from(names, (text): Completion => ({ text, kind }));
  switch (place.kind) {
    case 'nothing':
      return [];
    case 'label':
      return of('label', labels.keys());
    case 'value':
      return of('value', labels.get(place.label) ?? []);
    case 'expression':
      if (place.word.length < LETTERS_MIN) return [];
      return [
        ...of('metric', metrics),
        ...of('function', FUNCTIONS),
        ...of('aggregation', AGGREGATIONS),
        ...of('keyword', WORDS),
      ];
  }
}

function ranked(choices: readonly Completion[], word: string): Completion[] {
  const lower = word.toLowerCase();
  const rank = ({ text }: Completion) => (text.toLowerCase().startsWith(lower) ? 0 : 1);
  return choices
    .filter(({ text }) => text.toLowerCase().includes(lower))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, CHOICES_MAX);
}

function isInside(before: string): 'quote' | 'brace' | 'nothing' {
  let quote = '';
  let braces = 0;
  for (const letter of before) {
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'" || letter === '`') quote = letter;
    else if (letter === '{') braces += 1;
    else if (letter === '}') braces -= 1;
  }
  if (quote !== '') return 'quote';
  return braces > 0 ? 'brace' : 'nothing';
}
