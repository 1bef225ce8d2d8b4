import { formatDurationMs, parseDurationMs } from '../../collector/query/duration.ts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { QueryResponse } from './query-answer.ts';

/** The options that say when to evaluate. */
export interface QueryTime {
  readonly at?: string;
  readonly range?: string;
  readonly step?: string;
}

/** Evaluation times of a range query when no step is named: about one per dot of a terminal's width. */
const DEFAULT_POINTS = 240;

/** Sends the query; without `--range` an instant query. */
export function requestQuery(
  client: Client,
  expr: string,
  { at, range, step, stats }: QueryTime & { readonly stats?: string },
): Promise<QueryResponse> {
  const form = new URLSearchParams({ query: expr, ...(stats !== undefined && { stats }) });
  if (range === undefined) {
    if (at !== undefined) form.set('time', at);
    return client.send('POST', '/api/v1/query', form);
  }
  const rangeMs = durationOption('--range', range);
  const stepMs =
    step === undefined
      ? Math.max(1000, Math.ceil(rangeMs / DEFAULT_POINTS / 1000) * 1000)
      : durationOption('--step', step);
  const endMs = at === undefined ? Date.now() : timeOption(at);
  form.set('start', String((endMs - rangeMs) / 1000));
  form.set('end', String(endMs / 1000));
  form.set('step', formatDurationMs(stepMs));
  return client.send('POST', '/api/v1/query_range', form);
}

function durationOption(name: string, text: string): number {
  const ms =
    parseDurationMs(text) ?? (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : undefined);
  if (!ms)
    throw new CommandError(EXIT.usage, `${name} ${text} is no duration, such as 90s, 15m or 1h30m`);
  return ms;
}

function timeOption(text: string): number {
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(ms))
    throw new CommandError(
      EXIT.usage,
      `--at ${text} is no time, such as 1763719200 or 2026-11-21T10:00:00Z`,
    );
  return ms;
}
