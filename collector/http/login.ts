import type { FastifyInstance } from 'fastify';
import { InputError } from '../../base/errors.ts';
import type { TokenStore } from '../access/token-store.ts';
import { COOKIE } from './guard.ts';

const YEAR_SECONDS = 31_536_000;

/** Signing in for browsers: a token is exchanged for a cookie that scripts cannot read and other sites cannot use. */
export function loginRoutes(app: FastifyInstance, tokens: Pick<TokenStore, 'find'>): void {
  app.get('/login', { config: { access: 'anyone' } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(LOGIN_PAGE),
  );
  app.post('/api/login', { config: { access: 'anyone' } }, async (request, reply) => {
    const token = tokenOf(request.body);
    const found = tokens.find(token, Date.now());
    if (!found) {
      throw new InputError(
        'token-needed',
        'nobody has this token; `clustermon token add` makes one',
      );
    }
    reply.header(
      'set-cookie',
      `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${YEAR_SECONDS}`,
    );
    if (request.headers['content-type']?.startsWith('application/json')) {
      return { name: found.name, role: found.role };
    }
    return reply.redirect('/', 303);
  });
  app.post('/api/logout', { config: { access: 'anyone' } }, async (_request, reply) =>
    reply
      .header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`)
      .redirect('/login', 303),
  );
}

/** From the form of the page or from JSON. */
function tokenOf(body: unknown): string {
  const token = body instanceof URLSearchParams ? body.get('token') : fieldOf(body);
  if (typeof token !== 'string' || !/^\w[\w-]*$/.test(token)) {
    throw new InputError('body-invalid', 'the body must hold the field "token"', {
      field: 'token',
    });
  }
  return token;
}

function fieldOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
}

/** Without a script, so that it needs nothing but itself. */
const LOGIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>clustermon: sign in</title>
<main>
<h1>clustermon</h1>
<form method="post" action="/api/login">
<p><label>Access token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Sign in</button></p>
<p>A token is made on the appliance: <code>clustermon token add NAME</code></p>
</form>
</main>
</html>
`;
