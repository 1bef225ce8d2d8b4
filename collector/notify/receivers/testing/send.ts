import assert from 'node:assert/strict';
import type { NotifyConfig } from '../../config.ts';
import { parseNotifyConfig } from '../../config-file.ts';
import type { GraphPorts } from '../../graphs.ts';
import type { Notification } from '../../payload.ts';
import { makeIntegrations } from '../make.ts';

export const START_MS = Date.parse('2026-11-21T10:00:00Z');
export const NOTIFICATION: Notification = {
  receiver: 'r',
  groupKey: '{}:{alertname="HostDown"}',
  groupLabels: { alertname: 'HostDown' },
  alerts: [
    {
      labels: { alertname: 'HostDown', host: 'n042', severity: 'critical' },
      annotations: { summary: 'n042 is down' },
      startsAtMs: START_MS,
      endsAtMs: undefined,
      generatorUrl: '',
      value: 0,
    },
  ],
  timeMs: START_MS + 1000,
  externalUrl: 'http://head:8640',
};
/** What its title is. */
export const TITLE = '[FIRING:1] HostDown (host=n042 severity=critical)';

/** Sends it by the one channel of a receiver, written as in a routing file. */
export function send(
  receiver: string,
  notification = NOTIFICATION,
  mayBeRepeated = false,
  graphs?: GraphPorts,
): Promise<void> {
  const { config, problems } = parseNotifyConfig(
    `route: {receiver: r}\nreceivers: [{name: r, ${receiver}}]`,
  );
  assert.deepEqual(problems, []);
  const [integration] = makeIntegrations(config as NotifyConfig, graphs);
  assert.ok(integration);
  return integration.send(notification, { id: 'd1', mayBeRepeated });
}
