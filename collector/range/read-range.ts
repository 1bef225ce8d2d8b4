/** Ranges of series as the API answers them. Runs in the query threads. */
import { InputError } from '../../base/errors.ts';
import { BAND_FIELDS, type BandRange, type SeriesRange, type SeriesRows } from '../../wire/http.ts';
import { type Labels, seriesKey } from '../../wire/metric.ts';
import type { HostTable, LiveHost, SeriesIdentity } from '../hosts/host-table.ts';
import type { Column, SampleStore } from '../store/sample-store.ts';
import { chooseRange, type RangeChoice } from './choose.ts';
import { foldColumn } from './fold.ts';

export interface SeriesRangeRequest {
  /** Names; empty = all hosts. */
  readonly hosts: readonly string[];
  readonly metrics: readonly string[];
  /** A series must carry all of these labels. */
  readonly labels: Labels;
  readonly fromMs: number;
  readonly toMs: number;
  /** Rows wanted, at most about. */
  readonly points: number;
  /** Leaves `min` and `max` empty. */
  readonly onlyAverage: boolean;
}

export interface BandRangeRequest {
  readonly metric: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
}

export interface RangeSource {
  readonly hosts: Pick<HostTable, 'list' | 'byName' | 'cluster'>;
  readonly store: Pick<SampleStore, 'archives' | 'read'>;
  nowMs(): number;
  /** Throws when the answer is no longer wanted. */
  checkWanted(): void;
}

/** Series in one answer. */
const SERIES_MAX = 10_000;

/** @throws InputError `host-unknown`, `metric-unknown`, `range-too-large` */
export function readSeriesRange(request: SeriesRangeRequest, source: RangeSource): SeriesRange {
  const found = hostsOf(request, source).map((host) => ({ host, series: seriesOf(host, request) }));
  const seriesCount = found.reduce((sum, { series }) => sum + series.length, 0);
  if (seriesCount === 0) throw noSeries(request);
  if (seriesCount > SERIES_MAX) {
    throw new InputError(
      'range-too-large',
      `the answer would hold ${seriesCount} series, the limit is ${SERIES_MAX}; name hosts or labels`,
    );
  }
  const choice = chooseRange(source.store.archives, {
    ...request,
    nowMs: source.nowMs(),
    seriesCount,
  });
  const series = found.flatMap((one) => readHost(one.host, one.series, choice, request, source));
  return {
    stepSeconds: choice.stepSeconds,
    archive: choice.archive.name,
    startS: choice.startS,
    series,
  };
}

function hostsOf({ hosts }: SeriesRangeRequest, source: RangeSource): readonly LiveHost[] {
  if (hosts.length === 0) return source.hosts.list();
  return hosts.map((name) => {
    const host = source.hosts.byName(name);
    if (host) return host;
    throw new InputError('host-unknown', `there is no host ${JSON.stringify(name)}`, {
      field: 'host',
    });
  });
}

function seriesOf(host: LiveHost, request: SeriesRangeRequest): readonly SeriesIdentity[] {
  const labels = Object.entries(request.labels);
  return host
    .allSeries()
    .filter(
      ({ metric }) =>
        metric.type !== 'string' &&
        request.metrics.includes(metric.name) &&
        labels.every(([name, value]) => metric.labels[name] === value),
    );
}

function noSeries({ metrics, labels }: SeriesRangeRequest): InputError {
  const wanted = metrics.map((metric) => seriesKey(metric, labels)).join(', ');
  return new InputError(
    'metric-unknown',
    `no host asked for has numbers of ${wanted}; GET /api/metrics lists what there is`,
    { field: 'metric' },
  );
}

function readHost(
  host: LiveHost,
  series: readonly SeriesIdentity[],
  choice: RangeChoice,
  { onlyAverage }: SeriesRangeRequest,
  source: RangeSource,
): readonly SeriesRows[] {
  source.checkWanted();
  if (series.length === 0) return [];
  const columns = readColumns(host, series, choice, source);
  return series.map(({ metric }, index) => {
    const { average, min, max } = columns[index] as Column;
    return {
      host: host.name,
      metric: metric.name,
      labels: metric.labels,
      units: metric.units,
      average: withNulls(average),
      min: onlyAverage ? [] : withNulls(min),
      max: onlyAverage ? [] : withNulls(max),
    };
  });
}

function readColumns(
  host: LiveHost,
  series: readonly SeriesIdentity[],
  { archive, width, startS, endS }: RangeChoice,
  source: RangeSource,
): readonly Column[] {
  const rows = source.store.read({
    host: host.number,
    series: series.map(({ id }) => id),
    fromS: startS,
    toS: endS,
    archive,
  });
  return rows.columns.map((column) => foldColumn(column, width));
}

/** @throws InputError `metric-unknown` */
export function readBandRange(request: BandRangeRequest, source: RangeSource): BandRange {
  const { cluster } = source.hosts;
  const all = new Map(cluster.allSeries().map((series) => [series.key, series]));
  const series = BAND_FIELDS.map((summary) => {
    const found = all.get(seriesKey(request.metric, { summary }));
    if (found) return found;
    throw new InputError(
      'metric-unknown',
      `there is no summary of ${JSON.stringify(request.metric)}: it is no number, has labels, or no host sends it`,
      { field: 'metric' },
    );
  });
  const choice = chooseRange(source.store.archives, {
    ...request,
    nowMs: source.nowMs(),
    seriesCount: series.length,
  });
  const columns = readColumns(cluster, series, choice, source);
  const rowsOf = (field: (typeof BAND_FIELDS)[number]) => {
    const column = columns[BAND_FIELDS.indexOf(field)] as Column;
    return withNulls(field === 'max' ? column.max : column.average);
  };
  return {
    stepSeconds: choice.stepSeconds,
    archive: choice.archive.name,
    startS: choice.startS,
    metric: request.metric,
    units: series[0]?.metric.units ?? '',
    p5: rowsOf('p5'),
    p50: rowsOf('p50'),
    p95: rowsOf('p95'),
    max: rowsOf('max'),
    sum: rowsOf('sum'),
    count: rowsOf('count'),
  };
}

/** Unknown is null in JSON. */
function withNulls(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}
