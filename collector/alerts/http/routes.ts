import type { FastifyInstance } from 'fastify';
import { alertmanagerRoutes } from '../../notify/http/alertmanager.ts';
import { notificationRoutes } from '../../notify/http/notifications.ts';
import type { Alerting } from '../alerting.ts';
import { alertHistoryRoutes } from './history.ts';
import { prometheusAlertRoutes } from './prometheus.ts';

/** Everything of alerting besides `/api/rules` and `/api/alerts`, which stand with the page's other routes. */
export function alertingRoutes(
  app: FastifyInstance,
  alerting: Alerting,
  options: { readonly version: string },
): void {
  const nowMs = () => Date.now();
  prometheusAlertRoutes(app, alerting.engine);
  alertmanagerRoutes(app, alerting.notifier, { ...options, startedMs: nowMs(), nowMs });
  alertHistoryRoutes(app, alerting);
  notificationRoutes(app, alerting.notifier);
}
