import { InputError } from '../../../base/errors.ts';
import { type Alert, fingerprint, type LabelSet } from '../alert.ts';
import type { Notifier } from '../notifier.ts';

/** Alerts that are known at the same time, the appliance's own among them, from which on no further ones of others are taken. */
const ALERTS_MAX = 20_000;
/** Characters of one alert as JSON. */
const ALERT_LENGTH_MAX = 16 * 1024;

/** An alert of somebody else counts as resolved when it is not sent again in time. */
interface PostTimes {
  readonly nowMs: number;
  readonly resolveTimeoutMs: number;
}

/**
 * One alert of `POST /api/v2/alerts`.
 * @throws InputError `body-invalid`
 * Source: Alertmanager api/v2, postAlertsHandler
 */
export function toPostedAlert(body: unknown, { nowMs, resolveTimeoutMs }: PostTimes): Alert {
  if (typeof body !== 'object' || body === null) throw bad('an alert must be a JSON object');
  const { length } = JSON.stringify(body);
  if (length > ALERT_LENGTH_MAX)
    throw bad(`an alert has ${length} characters, the limit is ${ALERT_LENGTH_MAX}`);
  const fields = new Map<string, unknown>(Object.entries(body));
  const labels = textMap(fields.get('labels'), 'labels');
  if (Object.keys(labels).length === 0) throw bad('at least one label pair required');
  const endsAtMs = time(fields.get('endsAt'), 'endsAt');
  const startsAtMs = time(fields.get('startsAt'), 'startsAt') ?? endsAtMs ?? nowMs;
  if (endsAtMs !== undefined && endsAtMs < startsAtMs)
    throw bad('start time must be before end time');
  return {
    labels,
    annotations: textMap(fields.get('annotations') ?? {}, 'annotations'),
    startsAtMs,
    endsAtMs: endsAtMs ?? nowMs + resolveTimeoutMs,
    generatorUrl: String(fields.get('generatorURL') ?? ''),
  };
}

/**
 * What is known already may always be sent again.
 * @throws InputError `alerts-full` when `alerts` do not all fit beside those that are known
 */
export function requireRoom(
  alerts: readonly Alert[],
  notifier: Pick<Notifier, 'alert' | 'alerts'>,
): void {
  const ids = new Set(alerts.map(({ labels }) => fingerprint(labels)));
  const added = [...ids].filter((id) => notifier.alert(id) === undefined).length;
  const known = notifier.alerts().length;
  if (added === 0 || known + added <= ALERTS_MAX) return;
  throw new InputError(
    'alerts-full',
    `${known} alerts are known, ${added} more exceed the limit of ${ALERTS_MAX}: nothing was taken; end some, or send fewer`,
  );
}

/** Empty labels are the same as none. */
function textMap(value: unknown, field: string): LabelSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`${field} must be names with a text each`);
  }
  const pairs = Object.entries(value as Record<string, unknown>).map(([name, text]) => {
    if (typeof text !== 'string') throw bad(`${field}.${name} must be a text`);
    return [name, text] as const;
  });
  return Object.fromEntries(pairs.filter(([, text]) => text !== ''));
}

/** Milliseconds of an RFC 3339 time; undefined for none and for Go's zero time. */
function time(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw bad(`${field} is no RFC 3339 time`);
  return ms < 0 ? undefined : ms;
}

function bad(message: string): InputError {
  return new InputError('body-invalid', message);
}
