import { stringify } from 'yaml';
import { InputError } from '../../base/errors.ts';
import type { NotifyConfig } from './config.ts';
import { parseNotifyConfig } from './config-file.ts';
import type { InhibitRule } from './inhibit.ts';
import { parseMatcher } from './matcher.ts';

/** The receiver of those who name only webhooks and no routing file. */
export const DEFAULT_RECEIVER = 'default';

/**
 * The routing of an appliance without a routing file: every alert goes to the webhooks at once, those of one rule that follow within
 * five seconds together.
 */
export function defaultConfig(webhooks: readonly string[]): NotifyConfig {
  const text = stringify({
    route: {
      receiver: DEFAULT_RECEIVER,
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '5s',
      repeat_interval: '4h',
    },
    receivers: [{ name: DEFAULT_RECEIVER, webhook_configs: webhooks.map((url) => ({ url })) }],
  });
  const { config, problems } = parseNotifyConfig(text);
  if (config) return config;
  throw new InputError(
    'webhook-invalid',
    `collector.webhooks: ${problems.map(({ message }) => message).join('; ')}`,
    { field: 'collector.webhooks' },
  );
}

/** A host that is down inhibits its own alerts; a rack without power or network inhibits those of its hosts. */
export const TOPOLOGY: readonly InhibitRule[] = [
  {
    sourceMatchers: [parseMatcher('alertname="HostDown"')],
    targetMatchers: [parseMatcher('alertname!="HostDown"'), parseMatcher('host!=""')],
    equal: ['host'],
  },
  {
    sourceMatchers: [parseMatcher('alertname="RackDown"')],
    targetMatchers: [parseMatcher('alertname!="RackDown"'), parseMatcher('rack!=""')],
    equal: ['rack'],
  },
];
