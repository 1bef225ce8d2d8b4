/** The boot port: scripts, boot loaders, kernel and initramfs for firmware that speaks little HTTP. */
import { open } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteHandlerMethod,
} from 'fastify';
import { diskFullAnswer } from '../../base/disk-full.ts';
import { InputError } from '../../base/errors.ts';
import { type Mac, parseIpv4, parseMac } from '../../wire/address.ts';
import { normalizeName } from '../tftp/request.ts';
import { pumpFile } from './file-pump.ts';
import type { BootFiles } from './files.ts';
import type { Machines } from './machines.ts';
import { findMedia, type InstallerFor } from './media.ts';
import { parseRange } from './range.ts';

export interface BootHttpOptions {
  readonly files: BootFiles;
  readonly machines: Machines;
  readonly installerFor: InstallerFor;
  /** Text of the machine's iPXE script; asking for it is a step of its boot. */
  readonly scriptFor: (mac: Mac) => string;
  readonly grubConfigFor: (mac: Mac) => string;
  readonly onEvent: (mac: Mac, kind: string, text: string) => void;
}

/** Firmware looks at the type only to tell a boot program from a disk image. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.efi$/, 'application/efi'],
  [/\.iso$/, 'application/vnd.efi-iso'],
  [/\.img$/, 'application/vnd.efi-img'],
];

/** Each machine that waits in RAM keeps one. At the worst each has the two buffers of a file that is on its way (file-pump.ts): 2 GiB. */
const CONNECTIONS_MAX = 4096;
/** A connection on which nothing moves for so long, or up to twice as long, is ended: its machine has lost its power, or never meant to read. */
const SILENCE_MS_MAX = 60_000;

/**
 * Makes the HTTP app of the boot port; the caller adds the installer's routes and listens.
 * Never redirects, and takes `//` for `/`: UEFI HTTP boot fails on a redirect, and shim asks for `//grubx64.efi`.
 */
export function bootHttp(options: BootHttpOptions): FastifyInstance {
  const { files, installerFor, scriptFor, grubConfigFor } = options;
  const app = Fastify({
    rewriteUrl: (request) => (request.url ?? '/').replaceAll(/\/{2,}/g, '/'),
    bodyLimit: 4 << 20,
    connectionTimeout: SILENCE_MS_MAX,
    // A machine in the middle of an image goes on with it when we are back: it must not keep us from stopping.
    forceCloseConnections: true,
    // Fastify's own HEAD routes answer with a length of 0, by which UEFI takes a file for empty.
    exposeHeadRoutes: false,
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.setErrorHandler((error, _request, reply) => {
    const full = diskFullAnswer(error);
    if (full) return reply.code(full.status).send(full.body);
    const status =
      error instanceof InputError ? 400 : ((error as { statusCode?: number }).statusCode ?? 500);
    const code = error instanceof InputError ? error.code : 'internal';
    return reply.code(status).send({ code, message: (error as Error).message });
  });
  const get = (url: string, handler: RouteHandlerMethod) =>
    app.route({ method: ['GET', 'HEAD'], url, handler });
  get('/ipxe/:mac', (request, reply) => {
    const mac = parseMac((request.params as { mac: string }).mac);
    if (mac === undefined) return missing(request, reply, options);
    options.onEvent(mac, 'http-script', `${request.method} ${request.url}`);
    return reply.type('text/plain').send(scriptFor(mac));
  });
  get('/media/*', (request, reply) =>
    sendBootFile(request, reply, options, findMedia(request.url, installerFor)),
  );
  // Everything else is a boot loader's name, wherever firmware thinks that it lies.
  get('/*', (request, reply) => {
    const path = normalizeName(decodePath(request.url));
    if (path?.endsWith('grub.cfg')) {
      const mac = machineOf(request, options);
      return mac === undefined
        ? missing(request, reply, options)
        : reply.type('text/plain').send(grubConfigFor(mac));
    }
    const name = path?.replace(/^boot\/([0-9a-f]{2}-){5}[0-9a-f]{2}\//, '').replace(/^boot\//, '');
    return sendBootFile(request, reply, options, name && files.find(name));
  });
  return app;
}

async function sendBootFile(
  request: FastifyRequest,
  reply: FastifyReply,
  options: BootHttpOptions,
  path: string | undefined,
): Promise<FastifyReply> {
  if (path === undefined) return missing(request, reply, options);
  const mac = machineOf(request, options);
  if (mac !== undefined) options.onEvent(mac, 'http-file', `${request.method} ${request.url}`);
  return sendFile(request, reply, path);
}

/** Sends a file, or the range of it that is asked for, with its length: older EDK2 takes no chunked answer. Source: RFC 9110 §14. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<FastifyReply> {
  const file = await open(path);
  try {
    const { size, mtimeMs } = await file.stat();
    const type = TYPES.find(([pattern]) => pattern.test(path))?.[1] ?? 'application/octet-stream';
    const tag = `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`;
    reply.type(type).headers({ 'accept-ranges': 'bytes', etag: tag });
    const condition = request.headers['if-range'];
    const wanted = condition === undefined || condition === tag ? request.headers.range : undefined;
    const range = parseRange(wanted, size);
    if (range === 'unsatisfiable') {
      return reply.code(416).header('content-range', `bytes */${size}`).send();
    }
    if (range)
      reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${size}`);
    const { first, last } = range ?? { first: 0, last: size - 1 };
    reply.header('content-length', last - first + 1);
    if (request.method === 'HEAD' || size === 0) return reply.send();
    reply.hijack();
    reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
    await pumpFile(file, { first, last }, reply.raw);
    return reply;
  } finally {
    await file.close();
  }
}

function missing(
  request: FastifyRequest,
  reply: FastifyReply,
  options: BootHttpOptions,
): FastifyReply {
  const mac = machineOf(request, options);
  if (mac !== undefined) options.onEvent(mac, 'http-missing', `${request.method} ${request.url}`);
  return reply.code(404).type('text/plain').send('no such boot file\n');
}

/** The machine by its MAC address in the path, else by the address that it asks from. */
function machineOf(request: FastifyRequest, { machines }: BootHttpOptions): Mac | undefined {
  const inPath = /\/((?:[0-9a-f]{2}-){5}[0-9a-f]{2})(?:\/|$)/i.exec(request.url)?.[1];
  return (inPath && parseMac(inPath)) || machines.macOf(parseIpv4(request.ip));
}

function decodePath(url: string): string {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '');
  } catch {
    return '';
  }
}
