import { createHash } from 'node:crypto';
import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { notificationPage } from '../page-link.ts';
import { common } from '../payload.ts';
import { post, readSecret } from './http.ts';
import { isOver, severityOf, textOf, titleOf } from './text.ts';
import type { Write } from './writer.ts';

type PagerDutyConfig = Extract<IntegrationConfig, { kind: 'pagerduty' }>;

/** Characters, by PagerDuty's definition of the field. */
const SUMMARY_MAX = 1024;
/** An event may have 512 KiB; people read less. */
const TEXT_MAX = 20_000;

/** PagerDuty's Events API v2: one incident per group of alerts, opened and resolved by the same key. */
export function pagerduty(id: string, config: PagerDutyConfig, write: Write): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const shared = common(notification.alerts.map(({ labels }) => labels));
      const body = {
        routing_key: readSecret(config.routingKey),
        event_action: isOver(notification) ? 'resolve' : 'trigger',
        dedup_key: createHash('sha256').update(notification.groupKey).digest('hex'),
        client: 'clustermon',
        client_url: notificationPage(notification),
        payload: {
          summary: write(config.description, notification, titleOf(notification)).slice(
            0,
            SUMMARY_MAX,
          ),
          source: shared['host'] ?? shared['instance'] ?? 'clustermon',
          severity: severityOf(notification),
          ...(shared['alertname'] && { class: shared['alertname'] }),
          custom_details: { text: textOf(notification, TEXT_MAX), labels: shared },
        },
      };
      await post(
        {
          url: config.url,
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        },
        mark,
      );
    },
  };
}
