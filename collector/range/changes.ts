import { InputError } from '../../base/errors.ts';
import type { ChangedSeries, ChangeList } from '../../wire/http.ts';
import type { LiveHost } from '../hosts/host-table.ts';
import { chooseRange } from './choose.ts';
import { kolmogorovSmirnov, median } from './kolmogorov-smirnov.ts';
import type { RangeSource } from './read-range.ts';

export interface ChangesRequest {
  /** Name; empty = the medians over all hosts. */
  readonly host: string;
  /** The window that is marked. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Series in the answer. */
  readonly limit: number;
}

/** The time before the window that it is compared with, in windows. */
const BASELINE_WINDOWS = 4;
/** Rows of window and baseline together: more say nothing more. */
const POINTS = 3000;
/** Fewer known values than these on either side say nothing. */
const VALUES_MIN = 5;

/**
 * Which series behave differently in a window than in the time before it, by the Kolmogorov–Smirnov distance of their values.
 * @throws InputError `host-unknown`
 */
export function findChanges(request: ChangesRequest, source: RangeSource): ChangeList {
  const { toMs, limit } = request;
  const host = hostOf(request, source);
  const fromMs = request.fromMs - BASELINE_WINDOWS * (toMs - request.fromMs);
  const series = host
    .allSeries()
    .filter(({ metric }) => metric.type !== 'string' && (request.host || isMedian(metric)));
  const { archive, startS, endS } = chooseRange(source.store.archives, {
    fromMs,
    toMs,
    nowMs: source.nowMs(),
    points: POINTS,
    seriesCount: series.length,
  });
  const rows = source.store.read({
    host: host.number,
    series: series.map(({ id }) => id),
    archive,
    fromS: startS,
    toS: endS,
  });
  const split = Math.round((request.fromMs / 1000 - rows.startS) / rows.stepSeconds);
  const changes = series.flatMap(({ key, metric }, index): ChangedSeries | never[] => {
    source.checkWanted();
    const values = rows.columns[index]?.average ?? new Float64Array();
    const before = known(values.subarray(0, split));
    const within = known(values.subarray(split));
    if (before.length < VALUES_MIN || within.length < VALUES_MIN) return [];
    const { name, labels, units, title } = metric;
    return {
      key,
      metric: name,
      labels,
      units,
      title,
      distance: kolmogorovSmirnov(before, within),
      medianBefore: median(before),
      medianWithin: median(within),
    };
  });
  changes.sort((a, b) => b.distance - a.distance);
  return { archive: archive.name, changes: changes.slice(0, limit) };
}

function hostOf({ host: name }: ChangesRequest, { hosts }: RangeSource): LiveHost {
  if (name === '') return hosts.cluster;
  const host = hosts.byName(name);
  if (host) return host;
  throw new InputError('host-unknown', `there is no host ${JSON.stringify(name)}`, {
    field: 'host',
  });
}

function isMedian({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
  return labels['summary'] === 'p50';
}

function known(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}
