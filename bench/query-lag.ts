/** How late samples came to be in the host table of a collector while something else went on, from the counters of its status. */
import type { Histogram, IngestStatus } from '../wire/http.ts';

export interface IngestReport {
  readonly samples: number;
  readonly gaps: number;
  readonly drops: number;
  /** Seconds: half of the datagrams were in by then, and 99 of 100. */
  readonly lagP50: number;
  readonly lagP99: number;
}

/** What ingest did while `work` ran. @param url of the collector */
export async function ingestDuring(
  url: string,
  work: () => Promise<unknown>,
): Promise<IngestReport> {
  const before = await ingestOf(url);
  await work();
  const after = await ingestOf(url);
  const { bounds, counts } = after.lagSeconds;
  const added = counts.map((count, index) => count - (before.lagSeconds.counts[index] ?? 0));
  return {
    samples: after.samples - before.samples,
    gaps: after.gaps - before.gaps,
    drops: after.kernelDrops - before.kernelDrops,
    lagP50: quantile(0.5, { bounds, counts: added }),
    lagP99: quantile(0.99, { bounds, counts: added }),
  };
}

async function ingestOf(url: string): Promise<IngestStatus> {
  const status = (await (await fetch(`${url}/api/status`)).json()) as { ingest: IngestStatus };
  return status.ingest;
}

/** Values are taken to lie evenly in their bucket, as PromQL's histogram_quantile does; Infinity above the last limit. */
function quantile(share: number, { bounds, counts }: Omit<Histogram, 'sum'>): number {
  const rank = share * counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (below + count >= rank) {
      const [from, to] = [bounds[index - 1] ?? 0, bounds[index] ?? Number.POSITIVE_INFINITY];
      return from + (to - from) * ((rank - below) / count);
    }
    below += count;
  }
  return Number.NaN;
}
