import type { ParsedTemplate, TemplateNode } from '../../alerts/template/ast.ts';
import { Expansion } from '../../alerts/template/expand.ts';
import { escapeHtml } from '../../alerts/template/functions.ts';
import { parseTemplate } from '../../alerts/template/parse.ts';
import { TemplateWork } from '../../alerts/template/work.ts';
import type { Notification } from '../payload.ts';
import { type MessageExtras, messageData } from './message-data.ts';
import { MESSAGE_FUNCTIONS } from './message-functions.ts';

/** What one text of a message may take; of ten thousand alerts each may have twenty nodes. */
const MESSAGE_WORK = 500_000;

const FUNCTION_NAMES: ReadonlySet<string> = new Set(Object.keys(MESSAGE_FUNCTIONS));

/**
 * Names that Alertmanager defines and configurations for it use, each with what it stands for here: titles and texts are those that one
 * gets without templates.
 */
const BUILT_IN = Object.entries({
  '{{ .Title }}':
    '__subject email.default.subject slack.default.title slack.default.fallback pagerduty.default.description',
  '{{ .Text }}': 'email.default.text email.default.html slack.default.text',
  clustermon: '__alertmanager slack.default.username pagerduty.default.client',
  '{{ .ExternalURL }}/alerts':
    '__alertmanagerURL slack.default.titlelink pagerduty.default.clientURL',
  '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}': 'slack.default.color',
  '': 'slack.default.pretext slack.default.iconemoji slack.default.iconurl slack.default.callbackid slack.default.footer',
  // Of a list of alerts, such as `.Alerts.Firing`.
  [`{{ range . }}Labels:
{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Annotations:
{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Source: {{ .GeneratorURL }}
{{ end }}`]: '__text_alert_list pagerduty.default.instances',
})
  .flatMap(([text, names]) =>
    names.split(' ').map((name) => `{{ define "${name}" }}${text}{{ end }}`),
  )
  .join('');

/** The named texts of template files. */
export class MessageTemplates {
  readonly #defined = new Map<string, readonly TemplateNode[]>();

  constructor() {
    this.add(BUILT_IN);
  }

  /** Takes over what a file defines; the last one of a name counts. @throws TemplateSyntaxError */
  add(text: string): void {
    for (const [name, nodes] of parseTemplate(text, FUNCTION_NAMES, []).defined) {
      this.#defined.set(name, nodes);
    }
  }

  /** @throws TemplateSyntaxError */
  template(text: string, format: 'html' | 'text'): MessageTemplate {
    const { nodes, defined } = parseTemplate(text, FUNCTION_NAMES, []);
    return new MessageTemplate({ nodes, defined: new Map([...this.#defined, ...defined]) }, format);
  }
}

/** A text of a receiver's configuration. */
export class MessageTemplate {
  readonly #parsed: ParsedTemplate;
  readonly #format: 'html' | 'text';

  constructor(parsed: ParsedTemplate, format: 'html' | 'text') {
    this.#parsed = parsed;
    this.#format = format;
  }

  /** Names that it calls, also by way of others, and that no file defines. */
  get undefinedNames(): readonly string[] {
    const seen = new Set<string>();
    const visit = (nodes: readonly TemplateNode[]): void => {
      for (const node of nodes) {
        if ('body' in node) {
          visit(node.body);
          visit(node.otherwise);
        }
        if (node.kind !== 'template' || seen.has(node.name)) continue;
        seen.add(node.name);
        visit(this.#parsed.defined.get(node.name) ?? []);
      }
    };
    visit(this.#parsed.nodes);
    return [...seen].filter((name) => !this.#parsed.defined.has(name));
  }

  /** In HTML, what actions print is escaped for text and for attributes in quotes. @throws TemplateCallError */
  expand(notification: Notification, extras?: MessageExtras): string {
    const { externalUrl, timeMs: nowMs } = notification;
    const data = messageData(notification, extras);
    const expansion = new Expansion(this.#parsed, {
      functions: MESSAGE_FUNCTIONS,
      context: { query: () => [], externalUrl, nowMs, work: new TemplateWork(MESSAGE_WORK) },
      escape: this.#format === 'html' ? escapeHtml : undefined,
    });
    expansion.declare('$', data);
    return expansion.expand(data);
  }
}
