import type { FastifyInstance, FastifyReply } from 'fastify';
import { InputError } from '../../../base/errors.ts';
import { type Alert, fingerprint, isResolved, type LabelSet } from '../alert.ts';
import { LabelMatcher, matchesAll, parseMatchers } from '../matcher.ts';
import type { Notifier } from '../notifier.ts';
import { type Silence, type SilenceState, stateOf } from '../silence.ts';
import { requireRoom, toPostedAlert } from './posted-alert.ts';
import { toGettableSilence, toSilence } from './silence-json.ts';

export interface AlertmanagerOptions {
  readonly version: string;
  readonly startedMs: number;
  nowMs(): number;
}

interface AlertsQuery {
  readonly active?: string;
  readonly silenced?: string;
  readonly inhibited?: string;
  readonly unprocessed?: string;
  readonly receiver?: string;
  readonly filter?: string | readonly string[];
}

/**
 * Alertmanager's API v2, so that amtool, karma, Nagstamon and Grafana work on the appliance as they do on Alertmanager.
 * Source: Alertmanager api/v2/openapi.yaml
 */
export function alertmanagerRoutes(
  app: FastifyInstance,
  notifier: Notifier,
  options: AlertmanagerOptions,
): void {
  void app.register(
    (api, _options, done) => {
      // Alertmanager answers a fault with its text alone.
      api.setErrorHandler((error: Error, _request, reply) => answerFault(error, reply));
      new Api(notifier, options).addTo(api);
      done();
    },
    { prefix: '/api/v2' },
  );
}

function answerFault(error: Error, reply: FastifyReply): FastifyReply {
  if (!(error instanceof InputError)) throw error;
  const status = error.code.endsWith('-unknown') ? 404 : 400;
  return reply.code(status).type('application/json').send(JSON.stringify(error.message));
}

class Api {
  readonly #notifier: Notifier;
  readonly #options: AlertmanagerOptions;

  constructor(notifier: Notifier, options: AlertmanagerOptions) {
    this.#notifier = notifier;
    this.#options = options;
  }

  addTo(api: FastifyInstance): void {
    api.get('/status', async () => this.#status());
    api.get('/receivers', async () =>
      this.#notifier.config.receivers.map(({ name }) => ({ name })),
    );
    api.get<{ Querystring: AlertsQuery }>('/alerts', async ({ query }) => this.#alerts(query));
    api.post('/alerts', async ({ body }, reply) => {
      this.#post(body);
      return reply.code(200).send();
    });
    api.get<{ Querystring: AlertsQuery }>('/alerts/groups', async ({ query }) =>
      this.#groups(query),
    );
    api.get<{ Querystring: AlertsQuery }>('/silences', async ({ query }) => this.#silences(query));
    api.post('/silences', async ({ body, caller }) => {
      const { id, silence } = toSilence(body, caller?.name ?? '');
      return { silenceID: this.#notifier.saveSilence(silence, id) };
    });
    api.get<{ Params: { id: string } }>('/silence/:id', async ({ params }) =>
      toGettableSilence(this.#silence(params.id), this.#options.nowMs()),
    );
    api.delete<{ Params: { id: string } }>('/silence/:id', async ({ params }, reply) => {
      this.#notifier.expireSilence(params.id);
      return reply.code(200).send();
    });
  }

  #status() {
    return {
      cluster: { status: 'disabled', peers: [] },
      config: { original: this.#notifier.config.shown },
      uptime: new Date(this.#options.startedMs).toISOString(),
      versionInfo: {
        branch: '',
        buildDate: '',
        buildUser: '',
        goVersion: '',
        revision: '',
        version: `clustermon ${this.#options.version}`,
      },
    };
  }

  #alerts(query: AlertsQuery) {
    const nowMs = this.#options.nowMs();
    const isWanted = this.#wanted(query, nowMs);
    return this.#notifier
      .alerts()
      .filter(({ alert }) => isWanted(alert))
      .map(({ alert }) => this.#toGettable(alert, nowMs))
      .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  }

  #groups(query: AlertsQuery) {
    const nowMs = this.#options.nowMs();
    const isWanted = this.#wanted(query, nowMs);
    const groups = this.#notifier.groups().map(({ route, labels, alerts }) => ({
      labels,
      receiver: { name: route.receiver },
      alerts: alerts.filter(isWanted).map((alert) => this.#toGettable(alert, nowMs)),
    }));
    return groups.filter(({ alerts }) => alerts.length > 0);
  }

  /** @throws InputError `matcher-invalid` */
  #wanted(query: AlertsQuery, nowMs: number): (alert: Alert) => boolean {
    const filter = filterOf(query);
    const receiver = query.receiver
      ? new LabelMatcher('receiver', '=~', query.receiver)
      : undefined;
    return (alert) => {
      if (isResolved(alert, nowMs) || !matchesAll(filter, alert.labels)) return false;
      const isFor = (name: string) => receiver?.matches({ receiver: name });
      if (receiver && !this.#notifier.receiversOf(alert.labels).some(isFor)) return false;
      const { silencedBy, inhibitedBy, mutedBy } = this.#notifier.suppressionOf(
        alert.labels,
        nowMs,
      );
      const isActive = silencedBy.length + inhibitedBy.length + mutedBy.length === 0;
      return (
        (query.active !== 'false' || !isActive) &&
        (query.silenced !== 'false' || silencedBy.length === 0) &&
        (query.inhibited !== 'false' || inhibitedBy.length === 0)
      );
    };
  }

  #toGettable(alert: Alert, nowMs: number) {
    const suppression = this.#notifier.suppressionOf(alert.labels, nowMs);
    const isSuppressed = Object.values(suppression).some(({ length }) => length > 0);
    const id = fingerprint(alert.labels);
    const updatedAtMs = this.#notifier.alert(id)?.updatedAtMs ?? nowMs;
    return {
      annotations: alert.annotations,
      endsAt: timeText(alert.endsAtMs ?? nowMs + this.#notifier.config.resolveTimeoutMs),
      fingerprint: id,
      receivers: this.#notifier.receiversOf(alert.labels).map((name) => ({ name })),
      startsAt: timeText(alert.startsAtMs),
      status: { ...suppression, state: isSuppressed ? 'suppressed' : 'active' },
      updatedAt: timeText(updatedAtMs),
      ...(alert.generatorUrl && { generatorURL: alert.generatorUrl }),
      labels: alert.labels,
    };
  }

  #post(body: unknown): void {
    if (!Array.isArray(body))
      throw new InputError('body-invalid', 'the body must be a JSON array of alerts');
    const nowMs = this.#options.nowMs();
    const { resolveTimeoutMs } = this.#notifier.config;
    const alerts = body.map((alert) => toPostedAlert(alert, { nowMs, resolveTimeoutMs }));
    requireRoom(alerts, this.#notifier);
    this.#notifier.put(alerts, nowMs);
  }

  #silences(query: AlertsQuery) {
    const nowMs = this.#options.nowMs();
    const filter = filterOf(query);
    return this.#notifier
      .silences()
      .filter((silence) => matchesFilter(silence, filter))
      .toSorted((a, b) => compareSilences(a, b, nowMs))
      .map((silence) => toGettableSilence(silence, nowMs));
  }

  #silence(id: string): Silence {
    const silence = this.#notifier.silences().find((one) => one.id === id);
    if (!silence) throw new InputError('silence-unknown', `there is no silence ${id}`);
    return silence;
  }
}

/** @throws InputError `matcher-invalid` */
function filterOf({ filter = [] }: AlertsQuery): readonly LabelMatcher[] {
  return (typeof filter === 'string' ? [filter] : filter).flatMap(parseMatchers);
}

/** A filter looks at a silence's matchers as if they were labels. Source: Alertmanager api/v2, CheckSilenceMatchesFilterLabels */
function matchesFilter({ matchers }: Silence, filter: readonly LabelMatcher[]): boolean {
  const labels: LabelSet = Object.fromEntries(matchers.map(({ name, value }) => [name, value]));
  return filter.every((wanted) => {
    const isNegative = wanted.operator === '!=' || wanted.operator === '!~';
    return (isNegative || labels[wanted.name] !== undefined) && wanted.matches(labels);
  });
}

const STATE_ORDER: Readonly<Record<SilenceState, number>> = { active: 1, pending: 2, expired: 3 };

/** Active ones that end first, pending ones that start first, expired ones that ended last. */
function compareSilences(a: Silence, b: Silence, nowMs: number): number {
  const state = stateOf(a, nowMs);
  const order = STATE_ORDER[state] - STATE_ORDER[stateOf(b, nowMs)];
  if (order !== 0) return order;
  if (state === 'pending') return a.startsAtMs - b.startsAtMs;
  return state === 'active' ? a.endsAtMs - b.endsAtMs : b.endsAtMs - a.endsAtMs;
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
