import type { InhibitRule } from './inhibit.ts';
import type { Route } from './route.ts';
import type { MessageTemplate } from './template/message-template.ts';
import type { TimeInterval } from './time-interval.ts';

/** What Alertmanager's configuration file says. */
export interface NotifyConfig {
  /** After this time an alert from outside that is not sent again counts as resolved. */
  readonly resolveTimeoutMs: number;
  readonly route: Route;
  readonly receivers: readonly ReceiverConfig[];
  readonly inhibitRules: readonly InhibitRule[];
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>;
  /** The file as it was read, secrets included. */
  readonly original: string;
  /** The same without comments and secrets, for everyone who may read the API. */
  readonly shown: string;
}

export interface ReceiverConfig {
  readonly name: string;
  readonly integrations: readonly IntegrationConfig[];
}

/** A secret is given as text or as a file that holds it; the file is read at each use, so that it may change. */
export interface Secret {
  readonly text: string;
  readonly file: string;
}

/** How far a mail server's certificate is trusted. */
export interface TlsOptions {
  /** Authorities in place of the system's; '' = those. Read at each use. */
  readonly caFile: string;
  /** The name that the certificate must be for; '' = that of the server. */
  readonly serverName: string;
  readonly insecureSkipVerify: boolean;
}

export interface HttpOptions {
  readonly username: string;
  readonly password: Secret;
  /** `Bearer` unless told. */
  readonly authorizationType: string;
  readonly credentials: Secret;
}

/** Texts of a Slack message, by the names that the configuration and Slack's JSON have for them. */
export const SLACK_TEXTS = [
  ...(['channel', 'username', 'icon_emoji', 'icon_url', 'message_text'] as const),
  ...(['color', 'title', 'title_link', 'pretext', 'text', 'fallback', 'callback_id'] as const),
  ...(['image_url', 'thumb_url', 'footer'] as const),
] as const;
export const SLACK_ACTION_TEXTS = ['type', 'text', 'url', 'style', 'name', 'value'] as const;
export const SLACK_CONFIRM_TEXTS = ['title', 'text', 'ok_text', 'dismiss_text'] as const;

/** Texts of a PagerDuty event, by the names that the configuration and PagerDuty's JSON have for them. */
export const PAGERDUTY_TEXTS = [
  ...(['client', 'client_url', 'description', 'severity'] as const),
  ...(['source', 'class', 'component', 'group'] as const),
] as const;
export const PAGERDUTY_LINK_TEXTS = ['href', 'text'] as const;
export const PAGERDUTY_IMAGE_TEXTS = ['src', 'alt', 'href'] as const;

export type Templates<Name extends string> = Readonly<Partial<Record<Name, MessageTemplate>>>;

export interface SlackField {
  readonly title: MessageTemplate;
  readonly value: MessageTemplate;
  /** Stands beside another one. */
  readonly isShort: boolean;
}

/** A button. */
export interface SlackAction {
  readonly texts: Templates<(typeof SLACK_ACTION_TEXTS)[number]>;
  /** What is asked before; empty = nothing. */
  readonly confirm: Templates<(typeof SLACK_CONFIRM_TEXTS)[number]>;
}

export type IntegrationConfig = { readonly sendResolved: boolean } & (
  | {
      readonly kind: 'webhook';
      readonly url: Secret;
      readonly alertsMax: number;
      readonly http: HttpOptions;
    }
  | {
      readonly kind: 'email';
      readonly to: string;
      readonly from: string;
      readonly smarthost: string;
      readonly hello: string;
      readonly username: string;
      readonly password: Secret;
      readonly requireTls: boolean;
      readonly tls: TlsOptions;
      /** By their names in lower case; `subject` is one of them. */
      readonly headers: ReadonlyMap<string, MessageTemplate>;
      readonly html: MessageTemplate | undefined;
      readonly text: MessageTemplate | undefined;
    }
  | {
      readonly kind: 'slack';
      readonly url: Secret;
      readonly http: HttpOptions;
      readonly texts: Templates<(typeof SLACK_TEXTS)[number]>;
      readonly fields: readonly SlackField[];
      readonly actions: readonly SlackAction[];
      /** Names such as `@ops` become links. */
      readonly linksNames: boolean;
      /** Parts of the message that Slack reads as markdown; empty = its usual ones. */
      readonly markdownIn: readonly string[];
    }
  | {
      readonly kind: 'ntfy';
      readonly url: string;
      readonly topic: string;
      readonly token: Secret;
      readonly title: MessageTemplate | undefined;
      readonly message: MessageTemplate | undefined;
    }
  | {
      readonly kind: 'pagerduty';
      readonly url: string;
      readonly routingKey: Secret;
      readonly http: HttpOptions;
      readonly texts: Templates<(typeof PAGERDUTY_TEXTS)[number]>;
      /** Of the event's custom details, by their names. */
      readonly details: ReadonlyMap<string, MessageTemplate>;
      readonly links: readonly Templates<(typeof PAGERDUTY_LINK_TEXTS)[number]>[];
      readonly images: readonly Templates<(typeof PAGERDUTY_IMAGE_TEXTS)[number]>[];
    }
  | {
      readonly kind: 'exec';
      readonly command: readonly string[];
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'alertmanager';
      readonly url: string;
      readonly http: HttpOptions;
    }
);

/** `pager/webhook[0]`: an integration's name in logs and tables. */
export function integrationId(receiver: string, kind: string, index: number): string {
  return `${receiver}/${kind}[${index}]`;
}
