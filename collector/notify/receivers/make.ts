import { type IntegrationConfig, integrationId, type NotifyConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { alertmanager } from './alertmanager.ts';
import { email } from './email.ts';
import { exec } from './exec.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

/** The channels of all receivers. */
export function makeIntegrations({ receivers }: NotifyConfig): readonly Integration[] {
  return receivers.flatMap(({ name, integrations }) =>
    integrations.map((config, index) => make(integrationId(name, config.kind, index), config)),
  );
}

function make(id: string, config: IntegrationConfig): Integration {
  switch (config.kind) {
    case 'webhook':
      return webhook(id, config);
    case 'email':
      return email(id, config);
    case 'slack':
      return slack(id, config);
    case 'ntfy':
      return ntfy(id, config);
    case 'pagerduty':
      return pagerduty(id, config);
    case 'exec':
      return exec(id, config);
    case 'alertmanager':
      return alertmanager(id, config);
  }
}
