import fastifyWebsocket from '@fastify/websocket';
import fastify, { type FastifyInstance } from 'fastify';
import type { Log } from '../../base/log.ts';
import type { EventInfo } from '../../wire/http.ts';
import type { TokenStore } from '../access/token-store.ts';
import type { EventStore } from '../events/event-store.ts';
import { recordHostEvents } from '../events/record-host-events.ts';
import type { HostTable } from '../hosts/host-table.ts';
import type { RecordedSource } from '../query-worker/recorded.ts';
import type { SampleStore } from '../store/sample-store.ts';
import { answerErrors } from './errors.ts';
import { guard } from './guard.ts';
import { LiveHub } from './live/live-hub.ts';
import { liveRoute } from './live/live-route.ts';
import { loginRoutes } from './login.ts';
import { MetricCatalogue } from './metric-catalogue.ts';
import { OwnMetrics } from './own-metrics.ts';
import type { AlertService, ProblemSource, QueryRunner } from './ports.ts';
import { alertRoutes } from './routes/alerts.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { hostRoutes } from './routes/hosts.ts';
import { ownMetricsRoute } from './routes/own-metrics.ts';
import { pageRoutes } from './routes/page.ts';
import { prometheusRoutes } from './routes/prometheus.ts';
import { pxeRoutes } from './routes/pxe.ts';
import { seriesRoutes } from './routes/series.ts';
import { statusRoutes } from './routes/status.ts';

export interface HttpPorts {
  readonly hosts: HostTable;
  readonly store: Pick<SampleStore, 'status'>;
  readonly queries: QueryRunner;
  readonly alerts: AlertService;
  /** Series that rules make, for queries. */
  readonly recorded: RecordedSource;
  readonly events: Pick<EventStore, 'add' | 'inRange'>;
  readonly problems: ProblemSource;
  readonly tokens: Pick<TokenStore, 'find'>;
  readonly log: Log;
  /** Forgets a host, by its number, with all that is stored of it. */
  removeHost(number: number): void;
}

export interface HttpOptions {
  readonly version: string;
  readonly tokensRequired: 'remote' | 'always';
  readonly hostNames: readonly string[];
  /** `ui/dist` */
  readonly pageFolder: string;
  /** Unix socket of the pxe daemon. */
  readonly pxeSocket: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Keeps an event and shows it on the open pages. */
    announce(event: EventInfo): void;
  }
}

const BODY_BYTES_MAX = 1 << 20;
/** For sending a request, not for its answer. */
const REQUEST_MS_MAX = 30_000;
/** Host names have up to 253 bytes, each of which may be written as `%41`. */
const PARAM_LENGTH_MAX = 3 * 253;
const LIVE_MESSAGE_BYTES_MAX = 1 << 20;

/** Scripts, styles and connections from this origin only; see docs/decisions/0027. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/** The web server of the collector, not listening yet. Closing it ends the live streams too. */
export async function buildServer(
  ports: HttpPorts,
  options: HttpOptions,
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
  });
  answerErrors(app, ports.log);
  guard(app, {
    tokens: ports.tokens,
    required: options.tokensRequired,
    hostNames: options.hostNames,
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  await app.register(fastifyWebsocket, { options: { maxPayload: LIVE_MESSAGE_BYTES_MAX } });

  const hub = new LiveHub(ports);
  app.addHook('preClose', async () => hub.close());
  const announce = (event: EventInfo) => {
    ports.events.add(event);
    hub.tellEvent(event);
  };
  app.decorate('announce', announce);
  const own = { ...ports, version: options.version, startedMs: Date.now() };
  const stopRecording = recordHostEvents(ports.hosts, announce, own.startedMs);
  app.addHook('onClose', async () => stopRecording());
  loginRoutes(app, ports.tokens);
  const catalogue = new MetricCatalogue(ports.hosts);
  hostRoutes(app, ports.hosts, catalogue, ports.removeHost);
  seriesRoutes(app, ports.queries);
  eventRoutes(app, ports.events, announce);
  alertRoutes(app, ports.alerts, announce);
  statusRoutes(app, own);
  prometheusRoutes(app, { ...own, catalogue });
  ownMetricsRoute(app, new OwnMetrics({ ...own, liveConnections: () => hub.connectionCount }));
  healthRoutes(app, ports.hosts);
  pxeRoutes(app, options.pxeSocket);
  liveRoute(app, hub);
  pageRoutes(app, options.pageFolder);
  return app;
}
