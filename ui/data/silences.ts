/** Silences, as Alertmanager's API v2 has them: the same requests that amtool makes. */
import { getJson, sendJson } from './api.ts';

export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

export interface Silence {
  readonly id: string;
  readonly status: { readonly state: 'active' | 'pending' | 'expired' };
  readonly matchers: readonly Matcher[];
  /** ISO 8601 */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** Those that are not over, the next to end first. */
export async function loadSilences(): Promise<Silence[]> {
  const all = await getJson<readonly Silence[]>('/api/v2/silences');
  return all
    .filter((silence) => silence.status.state !== 'expired')
    .sort((a, b) => a.endsAt.localeCompare(b.endsAt));
}

interface NewSilence {
  readonly labels: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** Holds back what carries exactly these labels. */
export async function addSilence({
  labels,
  seconds,
  createdBy,
  comment,
}: NewSilence): Promise<void> {
  const now = Date.now();
  await sendJson('POST', '/api/v2/silences', {
    matchers: Object.entries(labels).map(([name, value]) => ({
      name,
      value,
      isRegex: false,
      isEqual: true,
    })),
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + seconds * 1000).toISOString(),
    createdBy,
    comment,
  });
}

export async function expireSilence(id: string): Promise<void> {
  await sendJson('DELETE', `/api/v2/silence/${encodeURIComponent(id)}`);
}

/** `host="n003"` as PromQL writes it. */
export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${name}${operator}${JSON.stringify(value)}`;
}
