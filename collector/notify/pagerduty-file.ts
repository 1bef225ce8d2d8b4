import type { Node } from 'yaml';
import {
  type IntegrationConfig,
  PAGERDUTY_IMAGE_TEXTS,
  PAGERDUTY_LINK_TEXTS,
  PAGERDUTY_TEXTS,
} from './config.ts';
import type { ReceiverFields } from './receiver-fields.ts';

const PAGERDUTY_FIELDS = [
  'send_resolved',
  'url',
  'routing_key',
  'routing_key_file',
  'http_config',
  'details',
  'links',
  'images',
  ...PAGERDUTY_TEXTS,
] as const;

const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

/**
 * Reads one of `pagerduty_configs:`.
 * @param globalUrl used when it has no address of its own
 * Source: Alertmanager, "Configuration", pagerduty_config; without `service_key`, which is of the older API
 */
export function readPagerduty(
  node: Node | undefined,
  reader: ReceiverFields,
  globalUrl: Node | undefined,
): IntegrationConfig {
  const { yaml } = reader;
  const fields = yaml.mapping(node, 'a PagerDuty receiver', PAGERDUTY_FIELDS);
  const routingKey = reader.secret(fields.routing_key, fields.routing_key_file);
  reader.need(node, routingKey, 'routing_key or routing_key_file');
  reader.checkUrl(fields.url);
  const readLink = <Name extends string>(names: readonly Name[]) => {
    return (one: Node | undefined) =>
      reader.templates(names, yaml.mapping(one, 'a PagerDuty link or image', names));
  };
  return {
    kind: 'pagerduty',
    sendResolved: reader.flag(fields.send_resolved, true),
    url: yaml.text(fields.url ?? globalUrl) || PAGERDUTY_URL,
    routingKey,
    http: reader.http(fields.http_config),
    texts: reader.templates(PAGERDUTY_TEXTS, fields),
    details: reader.templateMap(fields.details),
    links: yaml.list(fields.links, 'links').map(readLink(PAGERDUTY_LINK_TEXTS)),
    images: yaml.list(fields.images, 'images').map(readLink(PAGERDUTY_IMAGE_TEXTS)),
  };
}
