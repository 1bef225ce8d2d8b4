import type { FastifyInstance } from 'fastify';
import type { QueryRunner } from '../../http/ports.ts';
import { alertmanagerRoutes } from '../../notify/http/alertmanager.ts';
import { notificationRoutes } from '../../notify/http/notifications.ts';
import type { Alerting } from '../alerting.ts';
import { backtestRoutes } from './backtest.ts';
import { alertHistoryRoutes } from './history.ts';
import { prometheusAlertRoutes } from './prometheus.ts';

/** Everything of alerting besides `/api/rules` and `/api/alerts`, which stand with the page's other routes. */
export function alertingRoutes(
  app: FastifyInstance,
  alerting: Alerting,
  options: { readonly version: string; readonly queries: QueryRunner },
): void {
  const nowMs = () => Date.now();
  prometheusAlertRoutes(app, alerting.engine);
  alertmanagerRoutes(app, alerting.notifier, {
    version: options.version,
    startedMs: nowMs(),
    nowMs,
  });
  alertHistoryRoutes(app, alerting);
  notificationRoutes(app, alerting.notifier);
  backtestRoutes(app, { alerting, queries: options.queries });
}
