import type { Metric } from '../../wire/metric.ts';
import type { LiveHost } from '../hosts/host-table.ts';
import { extraData, gangliaName } from './host-xml.ts';
import { attributes } from './xml-text.ts';

interface Sum {
  readonly metric: Metric;
  sum: number;
  num: number;
}

/** Adds hosts up as gmetad does: numbers alone, and none of hosts that are down. */
export class Summary {
  readonly #sums = new Map<string, Sum>();
  #up = 0;
  #down = 0;

  add(host: LiveHost): void {
    if (host.state !== 'up') {
      this.#down += 1;
      return;
    }
    this.#up += 1;
    for (const series of host.series) {
      const { metric } = series;
      const isAdded = metric.type !== 'string' && metric.name !== 'heartbeat';
      const value = isAdded ? series.value() : Number.NaN;
      if (Number.isNaN(value)) continue;
      const name = gangliaName(metric);
      const known = this.#sums.get(name);
      if (known) {
        known.sum += value;
        known.num += 1;
      } else this.#sums.set(name, { metric, sum: value, num: 1 });
    }
  }

  /** @param extra whether metrics tell their group, title and description: those of a grid do not */
  xml({ extra }: { readonly extra: boolean }): string {
    const lines = [`<HOSTS${attributes({ UP: this.#up, DOWN: this.#down, SOURCE: 'gmetad' })}/>\n`];
    for (const [NAME, { metric, sum, num }] of this.#sums) {
      const { units: UNITS, slope: SLOPE } = metric;
      // Twelve digits: sums of decimals are not longer than their parts.
      const all = {
        NAME,
        SUM: Number(sum.toPrecision(12)),
        NUM: num,
        TYPE: 'double',
        UNITS,
        SLOPE,
      };
      const inner = extra ? extraData(metric) : '<EXTRA_DATA>\n</EXTRA_DATA>\n';
      lines.push(`<METRICS${attributes({ ...all, SOURCE: 'gmond' })}>\n${inner}</METRICS>\n`);
    }
    return lines.join('');
  }
}
