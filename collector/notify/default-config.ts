import type { IntegrationConfig, NotifyConfig } from './config.ts';
import type { InhibitRule } from './inhibit.ts';
import { parseMatcher } from './matcher.ts';

/** The receiver of those who name only webhooks and no routing file. */
export const DEFAULT_RECEIVER = 'default';

const NO_SECRET = { text: '', file: '' };

/**
 * The routing of an appliance without a routing file: every alert goes to the webhooks at once, those of one rule that follow within
 * five seconds together.
 */
export function defaultConfig(webhooks: readonly string[]): NotifyConfig {
  return {
    resolveTimeoutMs: 300_000,
    route: {
      receiver: DEFAULT_RECEIVER,
      matchers: [],
      groupBy: ['alertname'],
      groupWaitMs: 0,
      groupIntervalMs: 5_000,
      repeatIntervalMs: 4 * 3_600_000,
      continues: false,
      muteIntervals: [],
      activeIntervals: [],
      routes: [],
      key: '{}',
      escalation: undefined,
    },
    receivers: [{ name: DEFAULT_RECEIVER, integrations: webhooks.map(webhookTo) }],
    inhibitRules: [],
    timeIntervals: new Map(),
    original: '',
  };
}

function webhookTo(url: string): IntegrationConfig {
  return {
    kind: 'webhook',
    sendResolved: true,
    url: { text: url, file: '' },
    alertsMax: 0,
    http: {
      username: '',
      password: NO_SECRET,
      authorizationType: 'Bearer',
      credentials: NO_SECRET,
    },
  };
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
