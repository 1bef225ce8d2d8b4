import { createHash } from 'node:crypto';
import type { IntegrationConfig, Templates } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { notificationPage } from '../page-link.ts';
import { common, type Notification } from '../payload.ts';
import { authorizationHeaders, post, readSecret } from './http.ts';
import { isOver, severityOf, textOf, titleOf } from './text.ts';
import type { Write } from './writer.ts';

type PagerDutyConfig = Extract<IntegrationConfig, { kind: 'pagerduty' }>;

/** Characters, by PagerDuty's definition of the field. */
const SUMMARY_MAX = 1024;
/** What PagerDuty takes. */
const SEVERITIES: readonly string[] = ['critical', 'error', 'warning', 'info'];
/** An event may have 512 KiB; people read less. */
const TEXT_MAX = 20_000;

/** PagerDuty's Events API v2: one incident per group of alerts, opened and resolved by the same key. */
export function pagerduty(id: string, config: PagerDutyConfig, write: Write): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const body = eventOf(config, notification, write);
      await post(
        {
          url: config.url,
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', ...authorizationHeaders(config.http) },
        },
        mark,
      );
    },
  };
}

function eventOf(config: PagerDutyConfig, notification: Notification, write: Write): object {
  const { texts, details } = config;
  const shared = common(notification.alerts.map(({ labels }) => labels));
  const text = (name: keyof typeof texts, usual = '') => write(texts[name], notification, usual);
  const severity = text('severity');
  const optional = {
    class: text('class', shared['alertname']),
    component: text('component'),
    group: text('group'),
  };
  const links = listOf(config.links, notification, write);
  const images = listOf(config.images, notification, write);
  return {
    routing_key: readSecret(config.routingKey),
    event_action: isOver(notification) ? 'resolve' : 'trigger',
    dedup_key: createHash('sha256').update(notification.groupKey).digest('hex'),
    client: text('client', 'clustermon'),
    client_url: text('client_url', notificationPage(notification)),
    ...(links.length > 0 && { links }),
    ...(images.length > 0 && { images }),
    payload: {
      summary: text('description', titleOf(notification)).slice(0, SUMMARY_MAX),
      source: text('source', shared['host'] ?? shared['instance'] ?? 'clustermon'),
      severity: SEVERITIES.includes(severity) ? severity : severityOf(notification),
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
      custom_details: {
        text: textOf(notification, TEXT_MAX),
        labels: shared,
        ...Object.fromEntries(
          [...details].map(([name, one]) => [
            name,
            write(one, notification, '').slice(0, TEXT_MAX),
          ]),
        ),
      },
    },
  };
}

/** Links and images; PagerDuty refuses an event in which one of them has no address. */
function listOf(
  list: readonly Templates<'href' | 'src' | 'text' | 'alt'>[],
  notification: Notification,
  write: Write,
): readonly Readonly<Record<string, string>>[] {
  return list
    .map((templates) =>
      Object.fromEntries(
        Object.entries(templates).map(([name, one]) => [name, write(one, notification, '')]),
      ),
    )
    .filter((one) => (one['src'] ?? one['href'] ?? '') !== '');
}
