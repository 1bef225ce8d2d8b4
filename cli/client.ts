import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { reasonOf } from '../base/errors.ts';
import type { ServerFile } from '../wire/http.ts';
import { type ConfigurationOptions, loadConfiguration } from './configuration.ts';
import { variable } from './environment.ts';
import { CommandError, EXIT } from './exit.ts';

/** Values of a query string; undefined ones are left out. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** What `clustermon` uses the appliance by. Every call ends in a CommandError with the exit code of docs/cli.md when it fails. */
export interface Client {
  /** Without a trailing slash. */
  readonly url: string;
  get<T>(path: string, query?: Query): Promise<T>;
  /** The answer as text, for `.csv`, `.svg`, `/metrics`… */
  getText(path: string, query?: Query): Promise<string>;
  /** The answer's bytes, for archives. */
  getBytes(path: string): Promise<Uint8Array>;
  /** `body` goes as JSON, URLSearchParams as a form; undefined where the answer has no body. */
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** A WebSocket to `path`; opening and errors are the caller's. */
  openSocket(path: string): WebSocket;
}

export interface ConnectOptions extends ConfigurationOptions {
  /** `--server`; otherwise CLUSTERMON_SERVER, then the collector that runs on the data folder. */
  readonly server?: string | undefined;
}

/** The client for a command, by its global options `--server`, `--data` and `--config`. */
export function clientOf(command: Command): Client {
  return connect(command.optsWithGlobals<ConnectOptions>());
}

/** @throws CommandError `unreachable` when no appliance is named and none runs on the data folder */
export function connect(options: ConnectOptions): Client {
  const named = options.server ?? variable('CLUSTERMON_SERVER');
  const server = named === undefined ? localServer(options) : { url: named, token: ownToken() };
  const url = server.url.replace(/\/+$/, '');
  if (!/^https?:\/\/./i.test(url) || !URL.canParse(url)) {
    throw new CommandError(
      EXIT.usage,
      `${url} is no URL of a server; one is named such as http://head:8640`,
    );
  }
  const headers: Record<string, string> = server.token
    ? { authorization: `Bearer ${server.token}` }
    : {};
  const request = async (path: string, query: Query, init: RequestInit) => {
    const response = await reach(url, path + queryString(query), {
      ...init,
      headers: { ...headers, ...init.headers },
    });
    if (!response.ok) throw await refusal(response);
    return response;
  };
  return {
    url,
    get: async <T>(path: string, query: Query = {}) =>
      (await (await request(path, query, {})).json()) as T,
    getText: async (path, query = {}) => (await request(path, query, {})).text(),
    getBytes: async (path) => (await request(path, {}, {})).bytes(),
    send: async <T>(method: string, path: string, body?: unknown) => {
      const response = await request(path, {}, { method, ...bodyOf(body) });
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    openSocket: (path) => new WebSocket(url.replace(/^http/, 'ws') + path, { headers }),
  };
}

/** What a running collector wrote into its data folder. */
function localServer(options: ConnectOptions): ServerFile {
  const { data } = loadConfiguration(options).collector;
  try {
    return JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as ServerFile;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      throw new CommandError(
        EXIT.notAllowed,
        `${data} is another user's: run the command as that user (sudo), or name the appliance with --server URL`,
      );
    }
    throw new CommandError(
      EXIT.unreachable,
      `no appliance runs on ${data}: start one with \`clustermon up\`, or name another with --server URL`,
    );
  }
}

/** Secrets come from the environment or a file, never from an option that `ps` shows. */
function ownToken(): string | undefined {
  const file = variable('CLUSTERMON_TOKEN_FILE');
  if (file === undefined) return variable('CLUSTERMON_TOKEN');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandError(EXIT.usage, `cannot read CLUSTERMON_TOKEN_FILE: ${reasonOf(error)}`);
  }
}

async function reach(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url + path, init);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new CommandError(
      EXIT.unreachable,
      `cannot reach the appliance at ${url}: ${reasonOf(cause)}. Does it run there, and listen on that address (\`clustermon up --listen\`)?`,
    );
  }
}

function bodyOf(body: unknown): RequestInit {
  if (body === undefined) return {};
  if (body instanceof URLSearchParams) return { body };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) params.append(name, String(item));
    }
  }
  return params.size === 0 ? '' : `?${params}`;
}

/** From an ApiError, or from an error as Prometheus' API words it, or Alertmanager's. */
async function refusal(response: Response): Promise<CommandError> {
  const body: unknown = await response.json().catch(() => null);
  const exitCode =
    response.status === 401 || response.status === 403 ? EXIT.notAllowed : EXIT.failed;
  return new CommandError(exitCode, messageIn(body) ?? `the appliance answered ${response.status}`);
}

function messageIn(body: unknown): string | undefined {
  if (typeof body === 'string' && body !== '') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  if ('message' in body) return String(body.message);
  return 'error' in body ? String(body.error) : undefined;
}
