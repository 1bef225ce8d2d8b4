import { readFileSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { reasonOf } from '../../../base/errors.ts';
import type { HttpOptions, Secret } from '../config.ts';
import { DeliveryError, type DeliveryMark } from '../delivery.ts';
import { adviceForCause, adviceForStatus } from './advice.ts';

/** A receiver that does not answer in this time has failed. */
const TIMEOUT_MS = 10_000;
/** Of an answer that refuses, this much is kept for people. */
const DETAIL_MAX = 300;
/** Characters of an answer that are read; a receiver that goes on and on must not fill our memory. */
const ANSWER_MAX = 65_536;

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Looks at what was answered with a status that accepts. @throws DeliveryError when it refuses all the same */
  readonly checkAnswer?: (text: string) => void;
}

/**
 * Sends a notification by HTTP. Redirects are not followed: one to the appliance itself would act there as its own machine does, which
 * needs no token, and one by 302 would lose the notification.
 * @throws DeliveryError recoverable for no answer, 3xx, 429 and 5xx; not recoverable for what is refused
 */
export async function post(
  { url, body, headers, checkAnswer }: Post,
  mark: DeliveryMark,
): Promise<void> {
  let response: Response;
  const { address, userHeaders } = splitUser(url);
  try {
    response = await fetch(address, {
      method: 'POST',
      body,
      headers: { 'user-agent': 'clustermon', ...userHeaders, ...headers, ...markHeaders(mark) },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new DeliveryError(
      `no answer from ${withoutPath(url)}: ${reasonOf(cause)}`,
      true,
      adviceForCause(cause),
    );
  }
  const { status, ok } = response;
  const answer = await answerOf(response);
  if (ok) {
    checkAnswer?.(answer);
    return;
  }
  const target = URL.parse(response.headers.get('location') ?? '', url)?.href;
  const isMoved = status < 400 && target !== undefined;
  const said = isMoved ? `moved to ${withoutPath(target)}` : answer.slice(0, DETAIL_MAX).trim();
  const isRecoverable = status < 400 || status === 429 || status >= 500;
  throw new DeliveryError(
    `${withoutPath(url)} answered ${status}: ${said}`,
    isRecoverable,
    adviceForStatus(status),
  );
}

/** The beginning of what was answered; one that breaks off is judged by its status. */
async function answerOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > ANSWER_MAX) break;
    }
  } catch {}
  return text;
}

/** What a receiver can tell a repeated notification by. */
function markHeaders({ id, mayBeRepeated }: DeliveryMark): Readonly<Record<string, string>> {
  return {
    'x-clustermon-delivery': id,
    ...(mayBeRepeated && { 'x-clustermon-possible-duplicate': '1' }),
  };
}

/** `https://user:password@host/`: fetch takes no such address, and would say it in its error. */
function splitUser(url: string): {
  readonly address: string;
  readonly userHeaders: Readonly<Record<string, string>>;
} {
  const address = URL.parse(url);
  if (!address?.username) return { address: url, userHeaders: {} };
  const pair = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
  address.username = '';
  address.password = '';
  return { address: address.href, userHeaders: basicAuthorization(pair) };
}

/** @param pair user and password, with a colon between */
function basicAuthorization(pair: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Paths and queries of webhooks are secrets more often than not. */
function withoutPath(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the given URL';
}

export function authorizationHeaders(options: HttpOptions): Readonly<Record<string, string>> {
  const credentials = readSecret(options.credentials);
  if (credentials) return { authorization: `${options.authorizationType} ${credentials}` };
  if (!options.username) return {};
  return basicAuthorization(`${options.username}:${readSecret(options.password)}`);
}

/** @throws DeliveryError when its file cannot be read; a later attempt reads it again */
export function readSecret({ text, file }: Secret): string {
  if (!file) return text;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new DeliveryError(
      `cannot read the secret in ${file}: ${reasonOf(error)}`,
      true,
      adviceForCause(error),
    );
  }
}
