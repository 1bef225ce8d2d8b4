import type { Alert } from '../alert.ts';
import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { authorizationHeaders, post } from './http.ts';

type AlertmanagerConfig = Extract<IntegrationConfig, { kind: 'alertmanager' }>;

/** Passes alerts on to a real Alertmanager, which then routes and groups them. Source: Alertmanager API v2, POST /alerts */
export function alertmanager(id: string, config: AlertmanagerConfig): Integration {
  return {
    id,
    send: async (notification, mark) =>
      post(
        {
          url: `${config.url}/api/v2/alerts`,
          body: JSON.stringify(notification.alerts.map(toPostable)),
          headers: { 'content-type': 'application/json', ...authorizationHeaders(config.http) },
        },
        mark,
      ),
  };
}

function toPostable(alert: Alert) {
  const { labels, annotations, startsAtMs, endsAtMs, generatorUrl } = alert;
  return {
    labels,
    annotations,
    startsAt: new Date(startsAtMs).toISOString(),
    ...(endsAtMs !== undefined && { endsAt: new Date(endsAtMs).toISOString() }),
    generatorURL: generatorUrl,
  };
}
