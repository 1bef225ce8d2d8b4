import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { webhookPayload } from '../payload.ts';
import { authorizationHeaders, post, readSecret } from './http.ts';

type WebhookConfig = Extract<IntegrationConfig, { kind: 'webhook' }>;

/** Alertmanager's webhook, version 4 of its payload. */
export function webhook(id: string, config: WebhookConfig): Integration {
  return {
    id,
    send: async (notification, mark) =>
      post(
        {
          url: readSecret(config.url),
          body: JSON.stringify(webhookPayload(notification, config.alertsMax)),
          headers: { 'content-type': 'application/json', ...authorizationHeaders(config.http) },
        },
        mark,
      ),
  };
}
