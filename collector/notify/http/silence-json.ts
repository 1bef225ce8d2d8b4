import { InputError } from '../../../base/errors.ts';
import { LabelMatcher } from '../matcher.ts';
import { parseRecurrence } from '../recurrence.ts';
import { type Silence, stateOf } from '../silence.ts';

/** A silence in the JSON of Alertmanager's API, with our `every` and `maintenance` when they are set. */
export function toGettableSilence(silence: Silence, nowMs: number) {
  return {
    id: silence.id,
    status: { state: stateOf(silence, nowMs) },
    updatedAt: new Date(silence.updatedAtMs).toISOString(),
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: new Date(silence.endsAtMs).toISOString(),
    startsAt: new Date(silence.startsAtMs).toISOString(),
    matchers: silence.matchers.map(({ name, operator, value }) => ({
      isEqual: operator === '=' || operator === '=~',
      isRegex: operator === '=~' || operator === '!~',
      name,
      value,
    })),
    ...(silence.recurs && { every: silence.recurs.text }),
    ...(silence.isMaintenance && { maintenance: true }),
  };
}

/**
 * The body of `POST /api/v2/silences`.
 * @param caller who asks, for silences that do not say who made them
 * @throws InputError `body-invalid`, `matcher-invalid`, `recurrence-invalid`
 */
export function toSilence(
  body: unknown,
  caller: string,
): { readonly id: string | undefined; readonly silence: Omit<Silence, 'id' | 'updatedAtMs'> } {
  if (typeof body !== 'object' || body === null) throw bad('the body must be a JSON object');
  const fields = new Map<string, unknown>(Object.entries(body));
  const matchers = fields.get('matchers');
  if (!Array.isArray(matchers)) throw bad('matchers must be a list');
  const every = fields.get('every');
  const id = fields.get('id');
  return {
    id: typeof id === 'string' && id !== '' ? id : undefined,
    silence: {
      matchers: matchers.map(toMatcher),
      startsAtMs: time(fields.get('startsAt'), 'startsAt'),
      endsAtMs: time(fields.get('endsAt'), 'endsAt'),
      createdBy: String(fields.get('createdBy') ?? caller),
      comment: String(fields.get('comment') ?? ''),
      isMaintenance: fields.get('maintenance') === true,
      recurs:
        typeof every === 'string' && every !== ''
          ? { text: every, interval: parseRecurrence(every) }
          : undefined,
    },
  };
}

function toMatcher(body: unknown): LabelMatcher {
  const fields = new Map<string, unknown>(Object.entries(body ?? {}));
  const name = fields.get('name');
  const value = fields.get('value');
  if (typeof name !== 'string' || name === '' || typeof value !== 'string') {
    throw bad('a matcher must have name and value as texts');
  }
  const isEqual = fields.get('isEqual') !== false;
  const isRegex = fields.get('isRegex') === true;
  return new LabelMatcher(name, isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=', value);
}

function time(value: unknown, field: string): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw bad(`${field} must be an RFC 3339 time`);
  return ms;
}

function bad(message: string): InputError {
  return new InputError('body-invalid', message);
}
