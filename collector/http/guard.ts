import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InputError } from '../../base/errors.ts';
import { networkMatcher } from '../../base/networks.ts';
import { includesRole, type Role } from '../access/role.ts';
import type { TokenStore } from '../access/token-store.ts';

/** Who makes a request. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** False once the token that a request showed was revoked; for connections that outlive their request. */
    isStillKnown(request: FastifyRequest): boolean;
  }
  interface FastifyRequest {
    /** Set by the guard before any handler runs; null on routes that are open to everyone. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** Least role, or `anyone`; without it reading needs `viewer` and everything else `operator`. */
    access?: Role | 'anyone';
  }
}

export interface GuardOptions {
  readonly tokens: Pick<TokenStore, 'find'>;
  /** Who must show a token: clients on other machines, or everyone. */
  readonly required: 'remote' | 'always';
  /** Names of this appliance besides IP addresses, `localhost` and the machine's own name. */
  readonly hostNames: readonly string[];
}

export const COOKIE = 'clustermon_token';
const LOCAL: Caller = { name: 'local', role: 'admin' };
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Decides on each request before anything else sees it:
 * 1. its Host must be ours, or a foreign page could reach us under its own name (DNS rebinding);
 * 2. a change or a WebSocket must come from our own page when it comes from a browser (cross-site request forgery);
 * 3. its caller must hold the role that the route wants.
 */
export function guard(app: FastifyInstance, options: GuardOptions): void {
  const names = new Set(
    ['localhost', hostname(), ...options.hostNames].map((name) => name.toLowerCase()),
  );
  app.decorateRequest('caller', null);
  app.decorate('isStillKnown', (request: FastifyRequest) => identify(request, options) !== null);
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request, names);
    if (!READING.has(request.method) || isUpgrade(request)) checkOrigin(request);
    const access = request.routeOptions.config.access ?? defaultAccess(request);
    if (access === 'anyone') return;
    request.caller = identify(request, options);
    if (request.caller === null) {
      if (isNavigation(request)) return reply.redirect(loginPath(request.url), 303);
      throw new InputError(
        'token-needed',
        'this needs a token: send "Authorization: Bearer TOKEN", or sign in at /login; `clustermon token add` makes one',
      );
    }
    if (!includesRole(request.caller.role, access)) {
      throw new InputError(
        'not-allowed',
        `${request.method} ${request.routeOptions.url ?? request.url} needs the role ${access}, token ${request.caller.name} has ${request.caller.role}`,
      );
    }
    return undefined;
  });
}

function defaultAccess(request: FastifyRequest): Role {
  return READING.has(request.method) ? 'viewer' : 'operator';
}

/** The sign-in page, which leads back to where the person wanted to go. */
export function loginPath(wanted: string): string {
  return wanted === '/' ? '/login' : `/login?${new URLSearchParams({ to: wanted })}`;
}

/** A person who opens a page, as opposed to a program or the page itself. */
function isNavigation({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/api/') && !!headers.accept?.includes('text/html');
}

function isUpgrade(request: FastifyRequest): boolean {
  return request.headers.upgrade !== undefined;
}

/** An IP address cannot be rebound, so that every literal is fine. */
function checkHost(request: FastifyRequest, names: ReadonlySet<string>): void {
  const name = request.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(name) !== 0 || names.has(name)) return;
  throw new InputError(
    'host-refused',
    `Host ${JSON.stringify(name)} is no name of this appliance; add it to collector.hostNames in the configuration`,
    { field: 'Host' },
  );
}

function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return; // not a browser
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new InputError(
    'origin-refused',
    `Origin ${JSON.stringify(origin)} is another site than ${host}; only the appliance's own page may do this`,
    { field: 'Origin' },
  );
}

/** A wrong token in a header is an answer of its own; a stale cookie is as good as none. */
function identify(request: FastifyRequest, { tokens, required }: GuardOptions): Caller | null {
  const token = headerToken(request.headers.authorization ?? '');
  if (token !== undefined) return tokens.find(token, Date.now()) ?? null;
  const cookie = cookieOf(request.headers.cookie ?? '');
  const signedIn = cookie === undefined ? undefined : tokens.find(cookie, Date.now());
  if (signedIn) return signedIn;
  const isLocal = isLoopback(request.socket.remoteAddress ?? '');
  return isLocal && required === 'remote' ? LOCAL : null;
}

/** The token of Bearer, or the password of Basic for clients that know nothing else. */
function headerToken(authorization: string): string | undefined {
  const [scheme, credentials = ''] = authorization.split(' ', 2);
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic':
      return Buffer.from(credentials, 'base64').toString().replace(/^.*?:/, '');
    default:
      return undefined;
  }
}

function cookieOf(header: string): string | undefined {
  for (const pair of header.split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}

/** True for addresses that only this machine can use; IPv4 in IPv6 included. */
export const isLoopback = networkMatcher(['127.0.0.0/8', '::1']);
