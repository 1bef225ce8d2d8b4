import type { Node } from 'yaml';
import {
  type IntegrationConfig,
  type Secret,
  SLACK_ACTION_TEXTS,
  SLACK_CONFIRM_TEXTS,
  SLACK_TEXTS,
  type SlackAction,
  type SlackField,
} from './config.ts';
import type { ReceiverFields } from './receiver-fields.ts';

const SLACK_FIELDS = [
  'send_resolved',
  'api_url',
  'api_url_file',
  'http_config',
  'fields',
  'actions',
  'short_fields',
  'link_names',
  'mrkdwn_in',
  ...SLACK_TEXTS,
] as const;

/**
 * Reads one of `slack_configs:`.
 * @param globalUrl used when it has no address of its own
 * Source: Alertmanager, "Configuration", slack_config
 */
export function readSlack(
  node: Node | undefined,
  reader: ReceiverFields,
  globalUrl: Secret,
): IntegrationConfig {
  const { yaml } = reader;
  const fields = yaml.mapping(node, 'a Slack receiver', SLACK_FIELDS);
  const own = reader.secret(fields.api_url, fields.api_url_file);
  const url = own.text || own.file ? own : globalUrl;
  reader.need(node, url, 'api_url, api_url_file or the global slack_api_url');
  const isShort = reader.flag(fields.short_fields, false);
  return {
    kind: 'slack',
    sendResolved: reader.flag(fields.send_resolved, false),
    url,
    http: reader.http(fields.http_config),
    texts: reader.templates(SLACK_TEXTS, fields),
    fields: yaml
      .list(fields.fields, 'fields')
      .flatMap((one) => readField(one, reader, isShort) ?? []),
    actions: yaml.list(fields.actions, 'actions').map((one) => readAction(one, reader)),
    linksNames: reader.flag(fields.link_names, false),
    markdownIn: yaml.texts(fields.mrkdwn_in),
  };
}

function readField(
  node: Node | undefined,
  reader: ReceiverFields,
  isShort: boolean,
): SlackField | undefined {
  const fields = reader.yaml.mapping(node, 'a Slack field', ['title', 'value', 'short']);
  const title = reader.template(fields.title);
  const value = reader.template(fields.value);
  if (!fields.title) reader.yaml.fail(node, 'missing title in Slack field configuration');
  if (!fields.value) reader.yaml.fail(node, 'missing value in Slack field configuration');
  return title && value && { title, value, isShort: reader.flag(fields.short, isShort) };
}

/** With a link it is one, whatever else it says; without, Slack tells its app by the name. */
function readAction(node: Node | undefined, reader: ReceiverFields): SlackAction {
  const { yaml } = reader;
  const fields = yaml.mapping(node, 'a Slack action', [...SLACK_ACTION_TEXTS, 'confirm']);
  for (const name of ['type', 'text'] as const) {
    if (!fields[name]) yaml.fail(node, `missing ${name} in Slack action configuration`);
  }
  if (!fields.url && !fields.name) {
    yaml.fail(node, 'missing name or url in Slack action configuration');
  }
  const confirm = yaml.mapping(fields.confirm, 'a Slack confirmation', SLACK_CONFIRM_TEXTS);
  if (fields.confirm && !confirm.text) {
    yaml.fail(fields.confirm, 'missing text in Slack confirmation configuration');
  }
  const texts = reader.templates(SLACK_ACTION_TEXTS, fields);
  if (!fields.url) return { texts, confirm: reader.templates(SLACK_CONFIRM_TEXTS, confirm) };
  const { name, value, ...link } = texts;
  return { texts: link, confirm: {} };
}
