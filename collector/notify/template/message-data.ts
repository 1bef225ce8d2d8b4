import { GO_ZERO_MS, goTime } from '../../alerts/template/go-time.ts';
import {
  GoHtml,
  type GoMap,
  GoStruct,
  type GoValue,
  withMethods,
} from '../../alerts/template/value.ts';
import { type Alert, isResolved, type LabelSet } from '../alert.ts';
import { type Notification, type WebhookAlert, webhookPayload } from '../payload.ts';
import { textOf, titleOf } from '../receivers/text.ts';

/** Of `.Text`. */
const TEXT_MAX = 20_000;

/** What a message has that its notification does not say. */
export interface MessageExtras {
  /** HTML of the pictures that are attached. */
  readonly graphsHtml: string;
}

/**
 * What a message's template works on: Alertmanager's data, and of our own `.Title` and `.Text`, the texts without templates, `.Graphs`, and
 * an alert's `.Value`.
 * Source: Alertmanager, "Notification template reference"
 */
export function messageData(notification: Notification, extras?: MessageExtras): GoStruct {
  const { version, groupKey, truncatedAlerts, ...data } = webhookPayload(notification);
  const alerts = notification.alerts.map((alert, index) =>
    toStruct(alert, notification.timeMs, data.alerts[index] as WebhookAlert),
  );
  return new GoStruct(
    'template.Data',
    {
      Receiver: data.receiver,
      Status: data.status,
      Alerts: alertList(alerts),
      GroupLabels: labelMap(data.groupLabels),
      CommonLabels: labelMap(data.commonLabels),
      CommonAnnotations: labelMap(data.commonAnnotations),
      ExternalURL: data.externalURL,
      GroupKey: groupKey,
      TruncatedAlerts: BigInt(truncatedAlerts),
      Title: titleOf(notification),
      Text: textOf(notification, TEXT_MAX),
      Graphs: new GoHtml(extras?.graphsHtml ?? ''),
    },
    data,
  );
}

function toStruct(alert: Alert, nowMs: number, json: WebhookAlert): GoStruct {
  const resolved = isResolved(alert, nowMs);
  return new GoStruct(
    'template.Alert',
    {
      Status: json.status,
      Labels: labelMap(alert.labels),
      Annotations: labelMap(alert.annotations),
      StartsAt: goTime(alert.startsAtMs),
      EndsAt: goTime(resolved ? (alert.endsAtMs as number) : GO_ZERO_MS),
      GeneratorURL: alert.generatorUrl,
      Fingerprint: json.fingerprint,
      Value: alert.value ?? Number.NaN,
    },
    json,
  );
}

function alertList(alerts: readonly GoStruct[]): readonly GoValue[] {
  const having = (status: string) => () =>
    alerts.filter(({ fields }) => fields.get('Status') === status);
  return withMethods([...alerts], { Firing: having('firing'), Resolved: having('resolved') });
}

/** Alertmanager's KV. */
function labelMap(labels: LabelSet): GoMap {
  const pairs = () => sortedPairs(labels);
  return withMethods(new Map(Object.entries(labels)), {
    SortedPairs: () => pairList(pairs()),
    Names: () => pairs().map(([name]) => name),
    Values: () => pairs().map(([, value]) => value),
    Remove: ([names = []]) => {
      const gone = new Set(Array.isArray(names) ? names.map(String) : [String(names)]);
      return labelMap(Object.fromEntries(pairs().filter(([name]) => !gone.has(name))));
    },
  });
}

function pairList(pairs: readonly (readonly [string, string])[]): readonly GoValue[] {
  return withMethods(
    pairs.map(([Name, Value]) => new GoStruct('template.Pair', { Name, Value })),
    { Names: () => pairs.map(([name]) => name), Values: () => pairs.map(([, value]) => value) },
  );
}

/** `alertname` first, then by name. */
function sortedPairs(labels: LabelSet): readonly (readonly [string, string])[] {
  const rank = (name: string) => (name === 'alertname' ? '' : name);
  return Object.entries(labels).sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
}
