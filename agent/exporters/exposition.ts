/** What Prometheus exporters answer. Sources: Prometheus exposition formats, text 0.0.4; OpenMetrics 1.0, "Text Format". */
import { InputError } from '../../base/errors.ts';
import { ownText } from '../../base/own-text.ts';
import { type Labels, LIMITS } from '../../wire/metric.ts';
import { cutText } from '../texts.ts';

/** What the answer says of a metric. */
export interface Meaning {
  /** Only grows: a counter, or a count, sum or bucket of a histogram or summary. */
  readonly isCumulative: boolean;
  readonly help: string;
  readonly unit: string;
}

interface Family {
  type: string;
  help: string;
  unit: string;
}

export interface ExpositionOptions {
  /** OpenMetrics: times are in seconds, and `# EOF` ends the answer. */
  readonly isOpenMetrics: boolean;
  /**
   * Gets each sample.
   * @param series as the answer writes it, `up{a="b"}`: `readSeries` takes it apart
   * @param timeMs milliseconds since the epoch; undefined when the sample has no time of its own
   */
  onSample(series: string, value: number, timeMs: number | undefined): void;
}

/** Characters of a line. */
const LINE_MAX = 64 * 1024;
/** Metrics that an answer may describe: ten times what the largest exporters have, in a few MB of the agent's 32. */
const FAMILIES_MAX = 10_000;
const SHOWN_MAX = 80;

/** Regular expressions are compiled even where scripts are not (docs/decisions/0012-lean-agent.md): lines are taken apart by these alone. */
const SAMPLE =
  /^([A-Za-z_:][\w:]*(?:[ \t]*\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)[ \t]*(?<=[ \t}])([^\s#]+)(?:[ \t]+([-+.\de]+))?(?:[ \t]+#[ \t].*)?[ \t]*$/i;
const COMMENT = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+([A-Za-z_:][\w:]*)(?:[ \t]+(.*))?$/;
const LABEL = /[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|(?=\}))/y;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;

/** Reads an answer piece by piece, as it comes: memory holds one piece of it and what is said of each metric. */
export class Exposition {
  readonly #options: ExpositionOptions;
  readonly #families = new Map<string, Family>();
  #pending = '';
  #lineNumber = 0;
  #hasEnded = false;

  constructor(options: ExpositionOptions) {
    this.#options = options;
  }

  /** @throws InputError `exposition-invalid` with the number of the line */
  push(piece: string): void {
    const lines = (this.#pending + piece).split('\n');
    this.#pending = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
    if (this.#pending.length > LINE_MAX) throw this.#invalid(this.#pending, 'is too long');
  }

  /** To be called when all of the answer was pushed. @throws as `push`; also when the answer was cut off */
  end(): void {
    if (this.#pending !== '') this.#read(this.#pending);
    this.#pending = '';
    if (this.#options.isOpenMetrics && !this.#hasEnded) {
      throw this.#invalid('', 'is the last line, but OpenMetrics ends in # EOF');
    }
  }

  /** What the answer says of the types of its metrics; the same text when it says the same. */
  get types(): string {
    return Array.from(this.#families, ([name, { type }]) => `${name} ${type}`).join('\n');
  }

  /** @param name of a sample, such as `http_seconds_bucket`, whose family may be `http_seconds` */
  meaning(name: string): Meaning {
    const own = this.#families.get(name);
    if (own) return { isCumulative: own.type === 'counter', help: own.help, unit: own.unit };
    const [, stem = name, suffix] = /^(.+)_(total|bucket|count|sum)$/.exec(name) ?? [];
    const family = this.#families.get(stem);
    const isCumulative =
      suffix === 'total'
        ? family?.type === 'counter'
        : family?.type === 'histogram' || family?.type === 'summary';
    return { isCumulative, help: family?.help ?? '', unit: family?.unit ?? '' };
  }

  #read(line: string): void {
    this.#lineNumber += 1;
    if (line.length > LINE_MAX) throw this.#invalid(line, 'is too long');
    if (this.#hasEnded) throw this.#invalid(line, 'stands behind # EOF');
    if (line.startsWith('#')) this.#readComment(line);
    else if (line.trim() !== '') this.#readSample(line);
  }

  #readComment(line: string): void {
    if (line === '# EOF' && this.#options.isOpenMetrics) this.#hasEnded = true;
    const [, keyword, name, rest = ''] = COMMENT.exec(line) ?? [];
    if (name === undefined) return;
    const family = this.#families.get(name) ?? this.#newFamily(line, name);
    if (keyword === 'HELP') family.help = kept(unescaped(rest));
    else if (keyword === 'UNIT') family.unit = kept(rest.trim());
    else family.type = kept(rest.trim().toLowerCase());
  }

  #newFamily(line: string, name: string): Family {
    if (this.#families.size >= FAMILIES_MAX) {
      throw this.#invalid(line, `describes one metric more than ${FAMILIES_MAX}, the limit`);
    }
    const family = { type: '', help: '', unit: '' };
    this.#families.set(ownText(name), family);
    return family;
  }

  #readSample(line: string): void {
    const [, series, text, time] = SAMPLE.exec(line) ?? [];
    if (series === undefined || text === undefined) throw this.#invalid(line, 'is no sample');
    const value = numberOf(text);
    if (value === undefined) throw this.#invalid(line, `has no number where ${text} stands`);
    const timeMs = time === undefined ? undefined : this.#milliseconds(line, time);
    this.#options.onSample(series, value, timeMs);
  }

  #milliseconds(line: string, text: string): number {
    const time = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(time)) throw this.#invalid(line, `has no time where ${text} stands`);
    return this.#options.isOpenMetrics ? time * 1000 : time;
  }

  #invalid(line: string, reason: string): InputError {
    return invalid(`line ${this.#lineNumber}`, line, reason);
  }
}

/** @returns undefined when `text` is none of the numbers that the formats know */
function numberOf(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  const [, sign] = INFINITE.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * Takes apart what `onSample` got. Labels with an empty value are left out: they mean the same as no label.
 * @throws InputError `exposition-invalid`
 */
export function readSeries(series: string): { readonly name: string; readonly labels: Labels } {
  const brace = series.indexOf('{');
  if (brace < 0) return { name: series, labels: {} };
  const labels = new Map<string, string>();
  const end = series.length - 1;
  LABEL.lastIndex = brace + 1;
  for (;;) {
    const at = LABEL.lastIndex;
    const [, label, value] = LABEL.exec(series) ?? [];
    if (label === undefined || value === undefined) {
      if (series.slice(at, end).trim() !== '') throw invalid('series', series, 'has bad labels');
      break;
    }
    if (labels.has(label)) throw invalid('series', series, `has the label ${label} twice`);
    labels.set(label, unescaped(value));
    if (LABEL.lastIndex === end) break;
  }
  const present = [...labels].filter(([, value]) => value !== '');
  return { name: series.slice(0, brace).trim(), labels: Object.fromEntries(present) };
}

/** No more of a text than is sent on, and without the piece of the answer that it came in. */
function kept(text: string): string {
  return ownText(cutText(text, LIMITS.description));
}

/** Other letters behind a backslash stay as they are, backslash included. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\\"n])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

function invalid(where: string, text: string, reason: string): InputError {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  return new InputError('exposition-invalid', `${where}: ${JSON.stringify(shown)} ${reason}`, {
    field: where,
  });
}
