/** Silences, as Alertmanager's API v2 has them: the same requests that amtool makes. */
import type { Matcher } from '../lib/matchers.ts';
import { getJson, sendJson } from './api.ts';

export interface Silence {
  readonly id: string;
  readonly status: { readonly state: 'active' | 'pending' | 'expired' };
  readonly matchers: readonly Matcher[];
  /** ISO 8601 */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
  /** Only in these times until its end: `tue 02:00-04:00`. */
  readonly every?: string;
}

/** Those that are not over, the next to end first. */
export async function loadSilences(): Promise<Silence[]> {
  const all = await getJson<readonly Silence[]>('/api/v2/silences');
  return all
    .filter((silence) => silence.status.state !== 'expired')
    .sort((a, b) => a.endsAt.localeCompare(b.endsAt));
}

interface NewSilence {
  readonly matchers: readonly Matcher[];
  readonly startS: number;
  readonly seconds: number;
  readonly createdBy: string;
  readonly comment: string;
}

export async function addSilence({ startS, seconds, ...rest }: NewSilence): Promise<void> {
  await sendJson('POST', '/api/v2/silences', {
    ...rest,
    startsAt: new Date(startS * 1000).toISOString(),
    endsAt: new Date((startS + seconds) * 1000).toISOString(),
  });
}

export async function expireSilence(id: string): Promise<void> {
  await sendJson('DELETE', `/api/v2/silence/${encodeURIComponent(id)}`);
}
