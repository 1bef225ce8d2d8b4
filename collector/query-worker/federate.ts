import { InputError } from '../../base/errors.ts';
import {
  EXPOSITION_TYPES,
  type ExpositionFormat,
  type Family,
  type FamilySample,
  formatExposition,
} from '../http/exposition.ts';
import type { QueryAnswer } from '../http/ports.ts';
import { METRIC_NAME } from '../query/labels.ts';
import type { Matcher } from '../query/matcher.ts';
import { parseSyntax } from '../query/parse.ts';
import type { SampleSeries, SampleSource } from '../query/source.ts';

/** Prometheus' look-back. */
const LOOKBACK_MS = 300_000;

/**
 * The newest sample of every series that one of the selectors matches, as another Prometheus scrapes them (Prometheus, "Federation").
 * @throws InputError `query-parse`
 */
export function federate(
  {
    selectors,
    format,
  }: { readonly selectors: readonly string[]; readonly format: ExpositionFormat },
  source: SampleSource,
  nowMs: number,
): QueryAnswer {
  const hints = {
    afterMs: nowMs - LOOKBACK_MS,
    untilMs: nowMs,
    stepMs: 0,
    rangeMs: 0,
    operation: '',
  };
  const found = new Map<string, SampleSeries>();
  for (const matchers of selectors.map(matchersOf)) {
    for (const series of source.select(matchers, hints)) found.set(series.labels.key, series);
  }
  const body = formatExposition(familiesOf(found.values()), format);
  return { status: 200, type: EXPOSITION_TYPES[format], body };
}

function matchersOf(selector: string): readonly Matcher[] {
  const expr = parseSyntax(selector);
  if (expr.kind === 'selector') return expr.matchers;
  throw new InputError('query-parse', `match[]=${selector} is no series selector`, {
    field: 'match[]',
  });
}

function familiesOf(found: Iterable<SampleSeries>): Iterable<Family> {
  const families = new Map<string, Family & { readonly samples: FamilySample[] }>();
  for (const { labels, values, timesMs, stale } of found) {
    const value = values.at(-1);
    const timeMs = timesMs.at(-1);
    if (value === undefined || timeMs === undefined || stale?.at(-1)) continue;
    const { [METRIC_NAME]: name = '', ...others } = labels.toObject();
    let family = families.get(name);
    if (!family) {
      family = { name, type: 'untyped', help: '', samples: [] };
      families.set(name, family);
    }
    family.samples.push({ labels: others, value, timeMs });
  }
  return families.values();
}
