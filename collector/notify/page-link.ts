import type { Alert, LabelSet } from './alert.ts';

/** What the page shows before and after the start of an alert. */
const AROUND_SECONDS = 1800;

/** The page's address of this path; the configured address may end in a slash. */
function pageAt(externalUrl: string, path: string): string {
  return `${externalUrl.replace(/\/+$/, '')}${path}`;
}

/** The page on which alerts are acknowledged and silenced. */
export function alertsPage(externalUrl: string): string {
  return pageAt(externalUrl, '/alerts');
}

/** Where a person sees what happened: the host's page around the start of the alert; the list of alerts when it is about no host. */
export function alertPage(
  { labels, startsAtMs }: { readonly labels: LabelSet; readonly startsAtMs: number },
  externalUrl: string,
): string {
  const host = labels['host'];
  if (!host) return alertsPage(externalUrl);
  const startS = Math.floor(startsAtMs / 1000);
  const window = `from=${startS - AROUND_SECONDS}&to=${startS + AROUND_SECONDS}`;
  return pageAt(externalUrl, `/host/${encodeURIComponent(host)}?${window}`);
}

/** Of a notification as a whole: the page of its first alert when all are about one host. */
export function notificationPage({
  alerts,
  externalUrl,
}: {
  readonly alerts: readonly Alert[];
  readonly externalUrl: string;
}): string {
  const [first] = alerts;
  const isOneHost = alerts.every(({ labels }) => labels['host'] === first?.labels['host']);
  return first && isOneHost ? alertPage(first, externalUrl) : alertsPage(externalUrl);
}
