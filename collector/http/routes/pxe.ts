import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InputError, reasonOf } from '../../../base/errors.ts';

/** Headers that belong to one connection (RFC 9110 §7.6.1) or that only the guard may judge. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
  'cookie',
  'authorization',
]);

/**
 * `/api/pxe/*` goes to the pxe daemon over its Unix socket, body and answer as streams. The caller goes along as
 * `X-Clustermon-Caller`, for pxe's audit; what the client itself puts there does not.
 */
export function pxeRoutes(app: FastifyInstance, socketPath: string): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    // A config space holds passwords' hashes.
    scope.get('/api/pxe/spaces/*', { config: { access: 'admin' } }, (request, reply) =>
      forward(request, reply, socketPath),
    );
    scope.all('/api/pxe/*', (request, reply) => forward(request, reply, socketPath));
    done();
  });
}

async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  socketPath: string,
): Promise<FastifyReply> {
  const answer = await exchange(request, socketPath);
  reply.code(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !NOT_FORWARDED.has(name)) reply.header(name, value);
  }
  return reply.send(answer);
}

function exchange(request: FastifyRequest, socketPath: string): Promise<IncomingMessage> {
  const headers = Object.entries(request.headers).filter(([name]) => !NOT_FORWARDED.has(name));
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath,
      method: request.method,
      path: request.url,
      headers: {
        ...Object.fromEntries(headers),
        'x-clustermon-caller': request.caller?.name ?? '',
        'x-forwarded-for': request.ip,
      },
    });
    outgoing.once('response', resolve);
    outgoing.once('error', (error) => {
      reject(
        new InputError(
          'pxe-unreachable',
          `provisioning does not run on this appliance (${reasonOf(error)}); start it with \`clustermon up --pxe IFACE\``,
        ),
      );
    });
    request.raw.once('close', () => {
      if (!request.raw.complete) outgoing.destroy();
    });
    request.raw.pipe(outgoing);
  });
}
