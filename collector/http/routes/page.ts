import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { InputError } from '../../../base/errors.ts';

/** Vite names the files in here by their content. */
const HASHED_FOLDER = 'assets';
const YEAR_SECONDS = 31_536_000;

/**
 * The built page. Every other path is a view of the page (its state is its URL), so that it gets the page too; paths of the API that
 * do not exist stay errors.
 * @param folder `ui/dist`
 */
export function pageRoutes(app: FastifyInstance, folder: string): void {
  const hashedFolder = join(folder, HASHED_FOLDER);
  app.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header(
        'cache-control',
        path.startsWith(hashedFolder) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
      );
    },
  });
  app.setNotFoundHandler(async (request, reply) => {
    const isPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    if (!isPage || request.url.startsWith('/api/')) {
      throw new InputError('path-unknown', `there is no ${request.method} ${request.url}`);
    }
    if (!existsSync(join(folder, 'index.html'))) {
      return reply.code(404).type('text/plain').send('The page is not built: npm run build\n');
    }
    return reply.sendFile('index.html');
  });
}
