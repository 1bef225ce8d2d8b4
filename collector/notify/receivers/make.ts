import { type IntegrationConfig, integrationId, type NotifyConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import type { GraphPorts } from '../graphs.ts';
import { alertmanager } from './alertmanager.ts';
import { email } from './email.ts';
import { exec } from './exec.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';
import { writerOf } from './writer.ts';

/**
 * The channels of all receivers.
 * @param graphs undefined = e-mails go without graphs, and nobody hears of templates that fail
 */
export function makeIntegrations(
  { receivers }: NotifyConfig,
  graphs?: GraphPorts,
): readonly Integration[] {
  return receivers.flatMap(({ name, integrations }) =>
    integrations.map((config, index) =>
      make(integrationId(name, config.kind, index), config, graphs),
    ),
  );
}

function make(id: string, config: IntegrationConfig, graphs: GraphPorts | undefined): Integration {
  const write = writerOf(id, graphs?.log);
  switch (config.kind) {
    case 'webhook':
      return webhook(id, config);
    case 'email':
      return email(id, config, write, graphs);
    case 'slack':
      return slack(id, config, write);
    case 'ntfy':
      return ntfy(id, config, write);
    case 'pagerduty':
      return pagerduty(id, config, write);
    case 'exec':
      return exec(id, config);
    case 'alertmanager':
      return alertmanager(id, config);
  }
}
