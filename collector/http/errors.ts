import type { FastifyInstance } from 'fastify';
import { diskFullAnswer } from '../../base/disk-full.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ApiError } from '../../wire/http.ts';

/** Statuses of codes that are more than "bad request". */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'token-needed': 401,
  'not-allowed': 403,
  'host-refused': 403,
  'origin-refused': 403,
  'path-unknown': 404,
  'host-up': 409,
  'view-built-in': 409,
  'view-changed': 412,
  'view-folder': 503,
  'body-too-large': 413,
  'query-canceled': 499,
  'query-execution': 422,
  'query-unsupported': 422,
  'query-limit': 422,
  busy: 503,
  'query-timeout': 503,
  'pxe-unreachable': 503,
};

/** `…-unknown` names a thing that is not there, `…-exists` one that is there already. */
export function statusOf(code: string): number {
  const status = STATUS_OF_CODE[code];
  if (status !== undefined) return status;
  if (code.endsWith('-unknown')) return 404;
  return code.endsWith('-exists') ? 409 : 400;
}

/** What fastify itself refuses, by its codes. */
const CODE_OF_FASTIFY: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_VALIDATION: 'body-invalid',
};

/** Answers every error as an ApiError; only what is our own fault is logged, with its stack. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler(async (error, request, reply) => {
    const known = asInputError(error);
    if (known) return reply.code(statusOf(known.code)).send(toApiError(known));
    const full = diskFullAnswer(error);
    if (full) return reply.code(full.status).send(full.body);
    log.error('request-failed', {
      method: request.method,
      url: request.url,
      reason: reasonOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    const body: ApiError = { code: 'internal', message: 'the collector failed; its log says why' };
    return reply.code(500).send(body);
  });
}

function asInputError(error: unknown): InputError | undefined {
  if (error instanceof InputError) return error;
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined;
  if (typeof error.statusCode !== 'number' || error.statusCode >= 500) return undefined;
  return new InputError(CODE_OF_FASTIFY[String(error.code)] ?? 'body-invalid', error.message);
}

function toApiError({ code, message }: InputError): ApiError {
  return { code, message };
}
