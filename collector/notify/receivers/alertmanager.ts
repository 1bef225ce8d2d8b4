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
          body: JSON.stringify(
            notification.alerts.map((alert) => toPostable(alert, notification.timeMs)),
          ),
          headers: { 'content-type': 'application/json', ...authorizationHeaders(config.http) },
        },
        mark,
      ),
  };
}

/** Longer than any usual `repeat_interval`, by which a firing alert is sent again. */
const FIRING_MS = 24 * 3_600_000;

/** Without an end Alertmanager would take an alert for resolved five minutes after it was sent. */
function toPostable(alert: Alert, timeMs: number) {
  const { labels, annotations, startsAtMs, endsAtMs, generatorUrl } = alert;
  return {
    labels,
    annotations,
    startsAt: new Date(startsAtMs).toISOString(),
    endsAt: new Date(endsAtMs ?? timeMs + FIRING_MS).toISOString(),
    generatorURL: generatorUrl,
  };
}
