/** Ranges of series and bands from the archives; requests for the same window that come together go out as one. */
import type { BandRange, SeriesRange } from '../../wire/http.ts';
import { keyOf } from '../lib/series-key.ts';
import { getJson, queryOf } from './api.ts';

export interface Rows {
  readonly startS: number;
  readonly stepSeconds: number;
  readonly columns: readonly (readonly (number | null)[])[];
}

export interface Window {
  readonly fromS: number;
  readonly toS: number;
}

/** Enough for every pixel of a wide chart, and for 15 minutes of seconds. */
const POINTS = 1_000;

interface Batch {
  readonly metrics: Set<string>;
  readonly answer: Promise<SeriesRange>;
}

const gathering = new Map<string, Batch>();

/** Averages of series of one host, a column for each, in the order of `series`; a series that the archive lacks is all unknown. */
export async function loadSeries(
  host: string,
  series: readonly { readonly metric: string; readonly key: string }[],
  { fromS, toS }: Window,
): Promise<Rows> {
  const place = JSON.stringify([host, fromS, toS]);
  const batch = gathering.get(place) ?? gather(place, host, { fromS, toS });
  for (const { metric } of series) batch.metrics.add(metric);
  const answer = await batch.answer;
  const byKey = new Map(answer.series.map((rows) => [keyOf(rows.metric, rows.labels), rows]));
  return {
    startS: answer.startS,
    stepSeconds: answer.stepSeconds,
    columns: series.map(({ key }) => byKey.get(key)?.average ?? []),
  };
}

/** Charts that become visible in the same frame ask together. */
function gather(place: string, host: string, { fromS, toS }: Window): Batch {
  const metrics = new Set<string>();
  const answer = new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
    gathering.delete(place);
    return getJson<SeriesRange>('/api/series', {
      host,
      metric: [...metrics].sort(),
      from: fromS,
      to: toS,
      points: POINTS,
      only: 'average',
    });
  });
  const batch = { metrics, answer };
  gathering.set(place, batch);
  return batch;
}

interface MetricOptions {
  readonly points?: number;
  /** Only these; absent = every host. */
  readonly hosts?: readonly string[];
}

/** Names of so many hosts fit into a URL; of more, all are asked for. */
const HOSTS_MAX = 500;

/** One metric of many hosts. */
export async function loadMetric(
  metric: string,
  { fromS, toS }: Window,
  { points = POINTS, hosts = [] }: MetricOptions = {},
): Promise<SeriesRange> {
  const host = hosts.length <= HOSTS_MAX ? hosts : [];
  const query = { metric, host, from: fromS, to: toS, points, only: 'average' };
  const range = await getJson<SeriesRange>('/api/series', query);
  if (hosts.length <= HOSTS_MAX) return range;
  const wanted = new Set(hosts);
  return { ...range, series: range.series.filter((rows) => wanted.has(rows.host)) };
}

export async function loadBand(metric: string, { fromS, toS }: Window): Promise<BandRange> {
  return getJson<BandRange>('/api/bands', { metric, from: fromS, to: toS, points: POINTS });
}

/** Path of the picture that the server draws: for mails, reports and pages of others. */
export function svgPath(
  path: '/api/series' | '/api/bands',
  what: Readonly<Record<string, string | readonly string[]>>,
  { fromS, toS }: Window,
): string {
  return `${path}.svg?${queryOf({ ...what, from: fromS, to: toS, points: POINTS })}`;
}
