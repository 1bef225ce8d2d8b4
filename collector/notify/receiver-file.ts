import type { Node } from 'yaml';
import type { YamlReader } from '../alerts/yaml-reader.ts';
import type { IntegrationConfig, ReceiverConfig, Secret } from './config.ts';
import { readPagerduty } from './pagerduty-file.ts';
import { ReceiverFields } from './receiver-fields.ts';
import { readSlack } from './slack-file.ts';
import type { MessageTemplates } from './template/message-template.ts';

const GLOBAL_FIELDS = [
  'resolve_timeout',
  'http_config',
  'smtp_from',
  'smtp_smarthost',
  'smtp_hello',
  'smtp_auth_username',
  'smtp_auth_password',
  'smtp_auth_password_file',
  'smtp_require_tls',
  'smtp_tls_config',
  'slack_api_url',
  'slack_api_url_file',
  'pagerduty_url',
] as const;
const KINDS = {
  webhook_configs: 'webhook',
  email_configs: 'email',
  slack_configs: 'slack',
  ntfy_configs: 'ntfy',
  pagerduty_configs: 'pagerduty',
  exec_configs: 'exec',
  alertmanager_configs: 'alertmanager',
} as const;

/** Of our own; Alertmanager's programs do not know them. */
const ADDITIONS = ['ntfy_configs', 'exec_configs', 'alertmanager_configs'] as const;

type Kind = (typeof KINDS)[keyof typeof KINDS];

const EXEC_TIMEOUT_MS = 30_000;

/** Reads receivers; what they do not say is taken from the file's section `global`. */
export class ReceiverReader {
  readonly resolveTimeoutMs: number | undefined;
  readonly #yaml: YamlReader;
  readonly #fields: ReceiverFields;
  readonly #global: Readonly<Partial<Record<(typeof GLOBAL_FIELDS)[number], Node>>>;
  readonly #globalSlackUrl: Secret;
  readonly #globalPassword: Secret;

  /** @param templates what template files define; undefined = they were not read */
  constructor(yaml: YamlReader, global: Node | undefined, templates: MessageTemplates | undefined) {
    this.#yaml = yaml;
    this.#global = yaml.mapping(global, 'the global section', GLOBAL_FIELDS);
    this.#fields = new ReceiverFields(yaml, templates, this.#global.http_config);
    const { slack_api_url, slack_api_url_file, pagerduty_url } = this.#global;
    const { smtp_auth_password, smtp_auth_password_file } = this.#global;
    this.resolveTimeoutMs = this.#yaml.durationMs(this.#global.resolve_timeout);
    this.#globalSlackUrl = this.#fields.secret(slack_api_url, slack_api_url_file);
    this.#globalPassword = this.#fields.secret(smtp_auth_password, smtp_auth_password_file);
    this.#fields.checkUrl(slack_api_url);
    this.#fields.checkUrl(pagerduty_url);
  }

  read(node: Node | undefined): ReceiverConfig {
    const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
    const fields = this.#yaml.mapping(node, 'a receiver', ['name', ...names]);
    for (const addition of ADDITIONS) this.#yaml.addition(fields[addition]);
    const integrations = names.flatMap((field) =>
      this.#yaml.list(fields[field], field).map((item) => this.#integration(KINDS[field], item)),
    );
    return { name: this.#yaml.text(fields.name), integrations };
  }

  #integration(kind: Kind, node: Node | undefined): IntegrationConfig {
    switch (kind) {
      case 'webhook':
        return this.#webhook(node);
      case 'email':
        return this.#email(node);
      case 'slack':
        return readSlack(node, this.#fields, this.#globalSlackUrl);
      case 'ntfy':
        return this.#ntfy(node);
      case 'pagerduty':
        return readPagerduty(node, this.#fields, this.#global.pagerduty_url);
      case 'exec':
        return this.#exec(node);
      case 'alertmanager':
        return this.#alertmanager(node);
    }
  }

  #webhook(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'a webhook', [
      'send_resolved',
      'url',
      'url_file',
      'max_alerts',
      'http_config',
    ]);
    const url = this.#fields.secret(fields.url, fields.url_file);
    this.#fields.need(node, url, 'url or url_file');
    this.#fields.checkUrl(fields.url);
    return {
      kind: 'webhook',
      sendResolved: this.#fields.flag(fields.send_resolved, true),
      url,
      alertsMax: this.#yaml.integer(fields.max_alerts),
      http: this.#fields.http(fields.http_config),
    };
  }

  #email(node: Node | undefined): IntegrationConfig {
    const global = this.#global;
    const fields = this.#yaml.mapping(node, 'an e-mail receiver', [
      'send_resolved',
      'to',
      'from',
      'smarthost',
      'hello',
      'auth_username',
      'auth_password',
      'auth_password_file',
      'require_tls',
      'tls_config',
      'headers',
      'html',
      'text',
    ]);
    const to = this.#yaml.text(fields.to);
    const from = this.#yaml.text(fields.from ?? global.smtp_from);
    const smarthost = this.#yaml.text(fields.smarthost ?? global.smtp_smarthost);
    if (!to) this.#yaml.fail(node, 'missing to address in email config');
    if (!from) this.#yaml.fail(node, 'no SMTP from address: set from or smtp_from');
    if (!/^.+:\d+$/.test(smarthost)) {
      this.#yaml.fail(node, 'no SMTP server: set smarthost or smtp_smarthost to host:port');
    }
    const password = this.#fields.secret(fields.auth_password, fields.auth_password_file);
    return {
      kind: 'email',
      sendResolved: this.#fields.flag(fields.send_resolved, false),
      to,
      from,
      smarthost,
      hello: this.#yaml.text(fields.hello ?? global.smtp_hello),
      username: this.#yaml.text(fields.auth_username ?? global.smtp_auth_username),
      password: password.text || password.file ? password : this.#globalPassword,
      tls: this.#fields.tls(fields.tls_config ?? global.smtp_tls_config),
      requireTls: this.#fields.flag(fields.require_tls ?? global.smtp_require_tls, true),
      headers: this.#fields.headers(fields.headers),
      html: this.#fields.template(fields.html, 'html'),
      text: this.#fields.template(fields.text),
    };
  }

  #ntfy(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'an ntfy receiver', [
      'send_resolved',
      'url',
      'topic',
      'token',
      'token_file',
      'title',
      'message',
    ]);
    const topic = this.#yaml.text(fields.topic);
    if (!topic) this.#yaml.fail(node, 'an ntfy receiver needs a topic');
    this.#fields.checkUrl(fields.url);
    return {
      kind: 'ntfy',
      sendResolved: this.#fields.flag(fields.send_resolved, true),
      url: this.#yaml.text(fields.url) || 'https://ntfy.sh',
      topic,
      token: this.#fields.secret(fields.token, fields.token_file),
      title: this.#fields.template(fields.title),
      message: this.#fields.template(fields.message),
    };
  }

  #exec(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'an exec receiver', [
      'send_resolved',
      'command',
      'timeout',
    ]);
    const command = this.#yaml.texts(fields.command);
    if (command.length === 0) {
      this.#yaml.fail(
        node,
        'an exec receiver needs its command as a list: [/usr/local/bin/page, --now]',
      );
    }
    return {
      kind: 'exec',
      sendResolved: this.#fields.flag(fields.send_resolved, true),
      command,
      timeoutMs: this.#yaml.durationMs(fields.timeout) ?? EXEC_TIMEOUT_MS,
    };
  }

  #alertmanager(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'an Alertmanager', ['url', 'http_config']);
    this.#fields.checkUrl(fields.url);
    if (!fields.url) this.#yaml.fail(node, 'an Alertmanager needs its url');
    return {
      kind: 'alertmanager',
      sendResolved: true,
      url: this.#yaml.text(fields.url).replace(/\/$/, ''),
      http: this.#fields.http(fields.http_config),
    };
  }
}
