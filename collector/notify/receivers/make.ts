import type { Log } from '../../../base/log.ts';
import { type IntegrationConfig, integrationId, type NotifyConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { alertmanager } from './alertmanager.ts';
import { email } from './email.ts';
import { exec } from './exec.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';
import { writerOf } from './writer.ts';

/** The channels of all receivers. @param log told of templates that fail */
export function makeIntegrations({ receivers }: NotifyConfig, log?: Log): readonly Integration[] {
  return receivers.flatMap(({ name, integrations }) =>
    integrations.map((config, index) => make(integrationId(name, config.kind, index), config, log)),
  );
}

function make(id: string, config: IntegrationConfig, log: Log | undefined): Integration {
  const write = writerOf(id, log);
  switch (config.kind) {
    case 'webhook':
      return webhook(id, config);
    case 'email':
      return email(id, config, write);
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
