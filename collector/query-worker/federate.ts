import { InputError } from '../../base/errors.ts';
import { EXPOSITION_TYPE, type Family, formatExposition } from '../http/exposition.ts';
import type { QueryAnswer } from '../http/ports.ts';
import { evaluateInstant, prepare, type VectorSample } from '../query/engine.ts';
import { METRIC_NAME } from '../query/labels.ts';
import type { SampleSource } from '../query/source.ts';

/**
 * The newest value of every series that one of the selectors matches, as another Prometheus scrapes them (Prometheus, "Federation").
 * @throws InputError `param-missing`, `query-parse`
 */
export function federate(
  selectors: readonly string[],
  source: SampleSource,
  options: { readonly timeMs: number; isCanceled(): boolean },
): QueryAnswer {
  const found = new Map<string, VectorSample>();
  for (const selector of selectors) {
    const prepared = prepare(selector);
    if (prepared.expr.kind !== 'selector') {
      throw new InputError('query-parse', `match[]=${selector} is no series selector`, {
        field: 'match[]',
      });
    }
    const { value } = evaluateInstant(prepared, { source, ...options });
    if (value.type !== 'vector') continue;
    for (const sample of value.samples) found.set(sample.labels.key, sample);
  }
  return {
    status: 200,
    type: EXPOSITION_TYPE,
    body: Buffer.from(formatExposition(families(found.values(), options.timeMs))),
  };
}

function families(samples: Iterable<VectorSample>, timeMs: number): Iterable<Family> {
  const byName = new Map<string, Family & { samples: Family['samples'][number][] }>();
  for (const { labels, value } of samples) {
    const { [METRIC_NAME]: name = '', ...others } = labels.toObject();
    let family = byName.get(name);
    if (!family) {
      family = { name, type: 'untyped', help: '', samples: [] };
      byName.set(name, family);
    }
    family.samples.push({ labels: others, value, timeMs });
  }
  return byName.values();
}
