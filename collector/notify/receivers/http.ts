import { readFileSync } from 'node:fs';
import { reasonOf } from '../../../base/errors.ts';
import type { HttpOptions, Secret } from '../config.ts';
import { DeliveryError, type DeliveryMark } from '../delivery.ts';
import { adviceForCause, adviceForStatus } from './advice.ts';

/** A receiver that does not answer in this time has failed. */
const TIMEOUT_MS = 10_000;
/** Of an answer that refuses, this much is kept for people. */
const DETAIL_MAX = 300;

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Looks at what was answered with a status that accepts. @throws DeliveryError when it refuses all the same */
  readonly checkAnswer?: (text: string) => void;
}

/**
 * Sends a notification by HTTP.
 * @throws DeliveryError recoverable for no answer, 429 and 5xx; not recoverable for what is refused
 */
export async function post(
  { url, body, headers, checkAnswer }: Post,
  mark: DeliveryMark,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'user-agent': 'clustermon', ...headers, ...markHeaders(mark) },
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
  const answer = await response.text().catch(() => '');
  if (response.ok) {
    checkAnswer?.(answer);
    return;
  }
  const isRecoverable = response.status === 429 || response.status >= 500;
  throw new DeliveryError(
    `${withoutPath(url)} answered ${response.status}: ${answer.slice(0, DETAIL_MAX).trim()}`,
    isRecoverable,
    adviceForStatus(response.status),
  );
}

/** What a receiver can tell a repeated notification by. */
function markHeaders({ id, mayBeRepeated }: DeliveryMark): Readonly<Record<string, string>> {
  return {
    'x-clustermon-delivery': id,
    ...(mayBeRepeated && { 'x-clustermon-possible-duplicate': '1' }),
  };
}

/** Paths and queries of webhooks are secrets more often than not. */
function withoutPath(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the given URL';
}

export function authorizationHeaders(options: HttpOptions): Readonly<Record<string, string>> {
  const credentials = readSecret(options.credentials);
  if (credentials) return { authorization: `${options.authorizationType} ${credentials}` };
  if (!options.username) return {};
  const pair = `${options.username}:${readSecret(options.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
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
