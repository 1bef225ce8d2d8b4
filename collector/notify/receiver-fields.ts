import type { Node } from 'yaml';
import { TemplateSyntaxError } from '../alerts/template/lexer.ts';
import type { YamlReader } from '../alerts/yaml-reader.ts';
import type { HttpOptions, Secret, Templates, TlsOptions } from './config.ts';
import { type MessageTemplate, MessageTemplates } from './template/message-template.ts';
import { placeOf } from './template/template-files.ts';

const NO_SECRET: Secret = { text: '', file: '' };
const NO_HTTP: HttpOptions = {
  username: '',
  password: NO_SECRET,
  authorizationType: 'Bearer',
  credentials: NO_SECRET,
};
const HTTP_FIELDS = ['basic_auth', 'authorization', 'follow_redirects', 'enable_http2'] as const;

/** Reads the kinds of fields that receivers have: templates, secrets, addresses, HTTP options. */
export class ReceiverFields {
  readonly yaml: YamlReader;
  readonly #templates: MessageTemplates | undefined;
  readonly #globalHttp: HttpOptions;

  /**
   * @param templates what template files define; undefined = they were not read
   * @param globalHttp `http_config` of the section `global`
   */
  constructor(
    yaml: YamlReader,
    templates: MessageTemplates | undefined,
    globalHttp: Node | undefined,
  ) {
    this.yaml = yaml;
    this.#templates = templates;
    this.#globalHttp = globalHttp ? this.#readHttp(globalHttp) : NO_HTTP;
  }

  headers(node: Node | undefined): ReadonlyMap<string, MessageTemplate> {
    return new Map([...this.templateMap(node)].map(([name, text]) => [name.toLowerCase(), text]));
  }

  /** Templates by names of the user's own. */
  templateMap(node: Node | undefined): ReadonlyMap<string, MessageTemplate> {
    return new Map(
      Object.entries(this.yaml.textMap(node)).flatMap(([name, text]) => {
        const template = this.#parse(node, text, 'text');
        return template ? [[name, template] as const] : [];
      }),
    );
  }

  /** Those of the fields that are there. */
  templates<Name extends string>(
    names: readonly Name[],
    fields: Readonly<Partial<Record<Name, Node>>>,
  ): Templates<Name> {
    const templates: Partial<Record<Name, MessageTemplate>> = {};
    for (const name of names) {
      const template = this.template(fields[name]);
      if (template) templates[name] = template;
    }
    return templates;
  }

  template(node: Node | undefined, format: 'html' | 'text' = 'text'): MessageTemplate | undefined {
    return node && this.#parse(node, this.yaml.text(node), format);
  }

  tls(node: Node | undefined): TlsOptions {
    const { ca_file, server_name, insecure_skip_verify } = this.yaml.mapping(node, 'tls_config', [
      'ca_file',
      'server_name',
      'insecure_skip_verify',
    ]);
    return {
      caFile: this.yaml.text(ca_file),
      serverName: this.yaml.text(server_name),
      insecureSkipVerify: this.flag(insecure_skip_verify, false),
    };
  }

  http(node: Node | undefined): HttpOptions {
    return node ? this.#readHttp(node) : this.#globalHttp;
  }

  #readHttp(node: Node): HttpOptions {
    const { yaml } = this;
    const { basic_auth, authorization } = yaml.mapping(node, 'http_config', HTTP_FIELDS);
    if (basic_auth && authorization) {
      yaml.fail(authorization, 'at most one of basic_auth and authorization must be configured');
    }
    const basic = yaml.mapping(basic_auth, 'basic_auth', ['username', 'password', 'password_file']);
    const given = yaml.mapping(authorization, 'authorization', [
      'type',
      'credentials',
      'credentials_file',
    ]);
    return {
      username: yaml.text(basic.username),
      password: this.secret(basic.password, basic.password_file),
      authorizationType: yaml.text(given.type) || 'Bearer',
      credentials: this.secret(given.credentials, given.credentials_file),
    };
  }

  secret(text: Node | undefined, file: Node | undefined): Secret {
    if (text && file) this.yaml.fail(file, 'the secret is given as text and as a file; give one');
    return { text: this.yaml.secret(text), file: this.yaml.text(file) };
  }

  need(node: Node | undefined, secret: Secret, what: string): void {
    if (!secret.text && !secret.file) this.yaml.fail(node, `one of ${what} must be configured`);
  }

  checkUrl(node: Node | undefined): void {
    if (!node) return;
    const text = this.yaml.text(node);
    const protocol = URL.canParse(text) ? new URL(text).protocol : '';
    if (protocol !== 'http:' && protocol !== 'https:') {
      this.yaml.fail(node, `unsupported URL "${text}": it must begin with http:// or https://`);
    }
  }

  flag(node: Node | undefined, otherwise: boolean): boolean {
    return node ? this.yaml.flag(node) : otherwise;
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
          this.yaml.fail(node, `template "${name}" is not defined; name its file in templates:`);
        }
      }
      return template;
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      this.yaml.fail(node, `template: ${placeOf(error, text)}: ${error.message}`);
      return undefined;
    }
  }
}
