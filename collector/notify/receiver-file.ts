import type { Node } from 'yaml';
import { TemplateSyntaxError } from '../alerts/template/lexer.ts';
import type { YamlReader } from '../alerts/yaml-reader.ts';
import { parseDurationMs } from '../query/duration.ts';
import type { HttpOptions, IntegrationConfig, ReceiverConfig, Secret } from './config.ts';
import { type MessageTemplate, MessageTemplates } from './template/message-template.ts';
import { placeOf } from './template/template-files.ts';

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
const HTTP_FIELDS = ['basic_auth', 'authorization', 'follow_redirects', 'enable_http2'] as const;

type Kind = (typeof KINDS)[keyof typeof KINDS];

const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
const EXEC_TIMEOUT_MS = 30_000;
const NO_SECRET: Secret = { text: '', file: '' };
const NO_HTTP: HttpOptions = {
  username: '',
  password: NO_SECRET,
  authorizationType: 'Bearer',
  credentials: NO_SECRET,
};

/** Reads receivers; what they do not say is taken from the file's section `global`. */
export class ReceiverReader {
  readonly resolveTimeoutMs: number | undefined;
  readonly #yaml: YamlReader;
  readonly #global: Readonly<Partial<Record<(typeof GLOBAL_FIELDS)[number], Node>>>;

  readonly #templates: MessageTemplates | undefined;

  /** @param templates what template files define; undefined = they were not read */
  constructor(yaml: YamlReader, global: Node | undefined, templates: MessageTemplates | undefined) {
    this.#yaml = yaml;
    this.#templates = templates;
    this.#global = yaml.mapping(global, 'the global section', GLOBAL_FIELDS);
    this.resolveTimeoutMs = this.#duration(this.#global.resolve_timeout);
  }

  read(node: Node | undefined): ReceiverConfig {
    const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
    const fields = this.#yaml.mapping(node, 'a receiver', ['name', ...names]);
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
        return this.#slack(node);
      case 'ntfy':
        return this.#ntfy(node);
      case 'pagerduty':
        return this.#pagerduty(node);
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
    const url = this.#secret(fields.url, fields.url_file);
    this.#need(node, url, 'url or url_file');
    this.#checkUrl(fields.url);
    return {
      kind: 'webhook',
      sendResolved: this.#flag(fields.send_resolved, true),
      url,
      alertsMax: this.#yaml.integer(fields.max_alerts),
      http: this.#http(fields.http_config),
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
    const password = this.#secret(fields.auth_password, fields.auth_password_file);
    return {
      kind: 'email',
      sendResolved: this.#flag(fields.send_resolved, false),
      to,
      from,
      smarthost,
      hello: this.#yaml.text(fields.hello ?? global.smtp_hello),
      username: this.#yaml.text(fields.auth_username ?? global.smtp_auth_username),
      password:
        password.text || password.file
          ? password
          : this.#secret(global.smtp_auth_password, global.smtp_auth_password_file),
      requireTls: this.#flag(fields.require_tls ?? global.smtp_require_tls, true),
      headers: this.#headers(fields.headers),
      html: this.#template(fields.html, 'html'),
      text: this.#template(fields.text),
    };
  }

  #slack(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'a Slack receiver', [
      'send_resolved',
      'api_url',
      'api_url_file',
      'channel',
      'username',
      'title',
      'text',
    ]);
    const own = this.#secret(fields.api_url, fields.api_url_file);
    const url =
      own.text || own.file
        ? own
        : this.#secret(this.#global.slack_api_url, this.#global.slack_api_url_file);
    this.#need(node, url, 'api_url, api_url_file or the global slack_api_url');
    return {
      kind: 'slack',
      sendResolved: this.#flag(fields.send_resolved, false),
      url,
      channel: this.#yaml.text(fields.channel),
      username: this.#yaml.text(fields.username),
      title: this.#template(fields.title),
      text: this.#template(fields.text),
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
    this.#checkUrl(fields.url);
    return {
      kind: 'ntfy',
      sendResolved: this.#flag(fields.send_resolved, true),
      url: this.#yaml.text(fields.url) || 'https://ntfy.sh',
      topic,
      token: this.#secret(fields.token, fields.token_file),
      title: this.#template(fields.title),
      message: this.#template(fields.message),
    };
  }

  #pagerduty(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'a PagerDuty receiver', [
      'send_resolved',
      'url',
      'routing_key',
      'routing_key_file',
      'description',
    ]);
    const routingKey = this.#secret(fields.routing_key, fields.routing_key_file);
    this.#need(node, routingKey, 'routing_key or routing_key_file');
    this.#checkUrl(fields.url);
    return {
      kind: 'pagerduty',
      sendResolved: this.#flag(fields.send_resolved, true),
      url: this.#yaml.text(fields.url ?? this.#global.pagerduty_url) || PAGERDUTY_URL,
      routingKey,
      description: this.#template(fields.description),
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
      sendResolved: this.#flag(fields.send_resolved, true),
      command,
      timeoutMs: this.#duration(fields.timeout) ?? EXEC_TIMEOUT_MS,
    };
  }

  #alertmanager(node: Node | undefined): IntegrationConfig {
    const fields = this.#yaml.mapping(node, 'an Alertmanager', ['url', 'http_config']);
    this.#checkUrl(fields.url);
    if (!fields.url) this.#yaml.fail(node, 'an Alertmanager needs its url');
    return {
      kind: 'alertmanager',
      sendResolved: true,
      url: this.#yaml.text(fields.url).replace(/\/$/, ''),
      http: this.#http(fields.http_config),
    };
  }

  #headers(node: Node | undefined): ReadonlyMap<string, MessageTemplate> {
    return new Map(
      Object.entries(this.#yaml.textMap(node)).flatMap(([name, text]) => {
        const template = this.#parse(node, text, 'text');
        return template ? [[name.toLowerCase(), template] as const] : [];
      }),
    );
  }

  #template(node: Node | undefined, format: 'html' | 'text' = 'text'): MessageTemplate | undefined {
    return node && this.#parse(node, this.#yaml.text(node), format);
  }

  #parse(
    node: Node | undefined,
    text: string,
    format: 'html' | 'text',
  ): MessageTemplate | undefined {
    try {
      const template = (this.#templates ?? new MessageTemplates()).template(text, format);
      if (this.#templates) {
        for (const name of template.undefinedNames) {
          this.#yaml.fail(node, `template "${name}" is not defined; name its file in templates:`);
        }
      }
      return template;
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      this.#yaml.fail(node, `template: ${placeOf(error, text)}: ${error.message}`);
      return undefined;
    }
  }

  #http(node: Node | undefined): HttpOptions {
    const source = node ?? this.#global.http_config;
    if (!source) return NO_HTTP;
    const yaml = this.#yaml;
    const { basic_auth, authorization } = yaml.mapping(source, 'http_config', HTTP_FIELDS);
    const basic = yaml.mapping(basic_auth, 'basic_auth', ['username', 'password', 'password_file']);
    const given = yaml.mapping(authorization, 'authorization', [
      'type',
      'credentials',
      'credentials_file',
    ]);
    return {
      username: yaml.text(basic.username),
      password: this.#secret(basic.password, basic.password_file),
      authorizationType: yaml.text(given.type) || 'Bearer',
      credentials: this.#secret(given.credentials, given.credentials_file),
    };
  }

  #secret(text: Node | undefined, file: Node | undefined): Secret {
    if (text && file) this.#yaml.fail(file, 'the secret is given as text and as a file; give one');
    return { text: this.#yaml.text(text), file: this.#yaml.text(file) };
  }

  #need(node: Node | undefined, secret: Secret, what: string): void {
    if (!secret.text && !secret.file) this.#yaml.fail(node, `one of ${what} must be configured`);
  }

  #checkUrl(node: Node | undefined): void {
    if (!node) return;
    const text = this.#yaml.text(node);
    const protocol = URL.canParse(text) ? new URL(text).protocol : '';
    if (protocol !== 'http:' && protocol !== 'https:') {
      this.#yaml.fail(node, `unsupported URL "${text}": it must begin with http:// or https://`);
    }
  }

  #flag(node: Node | undefined, otherwise: boolean): boolean {
    return node ? this.#yaml.flag(node) : otherwise;
  }

  #duration(node: Node | undefined): number | undefined {
    if (!node) return undefined;
    const text = this.#yaml.text(node);
    const ms = parseDurationMs(text);
    if (ms === undefined) this.#yaml.fail(node, `not a valid duration string: "${text}"`);
    return ms;
  }
}
