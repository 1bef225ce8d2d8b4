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
  /** The file as it was read; shown by the status of the API. */
  readonly original: string;
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

export interface HttpOptions {
  readonly username: string;
  readonly password: Secret;
  /** `Bearer` unless told. */
  readonly authorizationType: string;
  readonly credentials: Secret;
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
      /** By their names in lower case; `subject` is one of them. */
      readonly headers: ReadonlyMap<string, MessageTemplate>;
      readonly html: MessageTemplate | undefined;
      readonly text: MessageTemplate | undefined;
    }
  | {
      readonly kind: 'slack';
      readonly url: Secret;
      readonly channel: string;
      readonly username: string;
      readonly title: MessageTemplate | undefined;
      readonly text: MessageTemplate | undefined;
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
      readonly description: MessageTemplate | undefined;
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
