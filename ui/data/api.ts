/** Requests to the collector; paths, parameters and bodies are those of wire/http.ts. */
import type { ApiError } from '../../wire/http.ts';

/** The server answered with an error, or not at all (`code` is then `unreachable`). */
export class ApiFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
  }
}

/** Nobody answered: the page says so itself, across its top, and loads everything again when somebody does. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiFailure && error.code === 'unreachable';
}

/** In words for the person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Params = Readonly<Record<string, string | number | readonly string[]>>;

/** A list becomes a parameter that is repeated. */
export function queryOf(params: Params): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  return query;
}

/** @throws ApiFailure */
export async function getJson<T>(path: string, params: Params = {}): Promise<T> {
  const text = queryOf(params).toString();
  return request<T>(text === '' ? path : `${path}?${text}`, {});
}

/** @throws ApiFailure */
export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? { method, headers }
      : {
          method,
          body: JSON.stringify(body),
          headers: { ...headers, 'content-type': 'application/json' },
        };
  return request<T>(path, init);
}

async function request<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new ApiFailure('unreachable', `the appliance does not answer (${String(error)})`);
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  if (response.status === 401) signIn();
  const failure = errorOf(text);
  throw new ApiFailure(
    failure?.code ?? `http-${response.status}`,
    failure?.message ?? `the appliance answered ${response.status} to ${url}`,
  );
}

/** A token that ended while the page was open: signing in leads back here. */
function signIn(): void {
  const to = location.pathname + location.search;
  location.assign(`/login?${new URLSearchParams({ to })}`);
}

/** Prometheus' own paths answer in its shape. */
interface PrometheusError {
  readonly errorType: string;
  readonly error: string;
}

function errorOf(text: string): ApiError | undefined {
  try {
    const { code, message, errorType, error } = JSON.parse(text) as Partial<
      ApiError & PrometheusError
    >;
    if (typeof code === 'string' && typeof message === 'string') return { code, message };
    return errorType !== undefined && error !== undefined
      ? { code: errorType, message: error }
      : undefined;
  } catch {
    return undefined; // a proxy in between answers in HTML
  }
}
