import type { FastifyInstance, FastifyReply } from 'fastify';
import { InputError } from '../../base/errors.ts';
import type { TokenStore } from '../access/token-store.ts';
import { COOKIE } from './guard.ts';

const YEAR_SECONDS = 31_536_000;
const NOBODY = 'nobody has this token; `clustermon token add` makes one';

/**
 * Signing in for browsers: a token is exchanged for a cookie that scripts cannot read and other sites cannot use. Following a link on
 * another site does send it (`SameSite=Lax`), or every link of a mail would ask for the token again; changes need our own Origin anyway.
 */
export function loginRoutes(app: FastifyInstance, tokens: Pick<TokenStore, 'find'>): void {
  app.get<{ Querystring: { to?: unknown } }>(
    '/login',
    { config: { access: 'anyone' } },
    async (request, reply) => sendPage(reply, pathOf(request.query.to), ''),
  );
  app.post('/api/login', { config: { access: 'anyone' } }, async (request, reply) => {
    const { body } = request;
    const token = tokenOf(body);
    const found = tokens.find(token, Date.now());
    const to = body instanceof URLSearchParams ? pathOf(body.get('to')) : '/';
    if (!found) {
      if (body instanceof URLSearchParams) return sendPage(reply.code(401), to, NOBODY);
      throw new InputError('token-needed', NOBODY);
    }
    reply.header(
      'set-cookie',
      `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_SECONDS}`,
    );
    if (request.headers['content-type']?.startsWith('application/json')) {
      return { name: found.name, role: found.role };
    }
    return reply.redirect(to, 303);
  });
  app.post('/api/logout', { config: { access: 'anyone' } }, async (_request, reply) =>
    reply
      .header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`)
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

/** A path of ours, as the page or the guard wrote it; `/` for anything that leads elsewhere. */
function pathOf(to: unknown): string {
  const isPath = typeof to === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(to);
  return isPath ? to : '/';
}

function sendPage(reply: FastifyReply, to: string, problem: string): FastifyReply {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
  return reply.send(loginPage(to, problem));
}

/** Without a script, so that it needs nothing but itself. */
function loginPage(to: string, problem: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>clustermon: sign in</title>
<main>
<h1>clustermon</h1>
<form method="post" action="/api/login">
<input type="hidden" name="to" value="${escaped(to)}">
<p><label>Access token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Sign in</button></p>
<p role="alert">${escaped(problem)}</p>
<p>A token is made on the appliance: <code>clustermon token add NAME</code></p>
</form>
</main>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
