import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isLoopback } from './guard.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const REMOTE = '10.0.0.9';
let server: TestServer;
let viewer = '';
let operator = '';
before(async () => {
  server = await startTestServer({ hostNames: ['head.example'] });
  viewer = server.tokens.add('grafana', 'viewer', 0);
  operator = server.tokens.add('alice', 'operator', 0);
});
after(() => server.close());

interface Case {
  readonly name: string;
  readonly method?: 'GET' | 'POST';
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
  readonly token?: () => string;
  readonly expect: number | string;
}

const cases: readonly Case[] = [
  { name: 'a local caller needs no token', expect: 200 },
  { name: 'a local caller may change things', method: 'POST', expect: 201 },
  { name: 'a remote caller needs one', from: REMOTE, expect: 'token-needed' },
  { name: 'a viewer may read', from: REMOTE, token: () => viewer, expect: 200 },
  {
    name: 'a viewer may not change things',
    from: REMOTE,
    method: 'POST',
    token: () => viewer,
    expect: 'not-allowed',
  },
  {
    name: 'an operator may',
    from: REMOTE,
    method: 'POST',
    token: () => operator,
    expect: 201,
  },
  { name: 'a wrong token is told, also locally', token: () => 'cmon_x', expect: 'token-needed' },
  {
    name: 'a stale cookie is as good as none',
    headers: { cookie: 'clustermon_token=cmon_x' },
    expect: 200,
  },
  {
    name: 'a name of ours is fine',
    headers: { host: 'HEAD.example:8640' },
    expect: 200,
  },
  { name: 'an IPv6 address is fine', headers: { host: '[fd00::1]:8640' }, expect: 200 },
  {
    name: 'a foreign name is refused: DNS rebinding',
    headers: { host: 'evil.example' },
    expect: 'host-refused',
  },
  {
    name: 'a change from our own page',
    method: 'POST',
    headers: { host: '127.0.0.1:8640', origin: 'http://127.0.0.1:8640' },
    expect: 201,
  },
  {
    name: 'a change from the page of another site is refused',
    method: 'POST',
    headers: { host: '127.0.0.1:8640', origin: 'https://evil.example' },
    expect: 'origin-refused',
  },
  {
    name: 'a change from another port of this machine is refused',
    method: 'POST',
    headers: { host: '127.0.0.1:8640', origin: 'http://127.0.0.1:3000' },
    expect: 'origin-refused',
  },
  {
    name: 'a change from a sandboxed page is refused',
    method: 'POST',
    headers: { origin: 'null' },
    expect: 'origin-refused',
  },
  { name: 'the sign-in page is open to everyone', from: REMOTE, url: '/login', expect: 200 },
];

for (const one of cases) {
  test(one.name, async () => {
    const { method = 'GET', from = '127.0.0.1', token, headers = {} } = one;
    const response = await server.app.inject({
      method,
      url: one.url ?? (method === 'GET' ? '/api/hosts' : '/api/events'),
      remoteAddress: from,
      headers: {
        host: 'localhost:8640',
        ...headers,
        ...(token ? { authorization: `Bearer ${token()}` } : {}),
      },
      ...(method === 'POST' ? { payload: { text: 'a note' } } : {}),
    });
    const got = typeof one.expect === 'number' ? response.statusCode : response.json().code;
    assert.equal(got, one.expect, response.body);
  });
}

test('a browser trades the token for a cookie that scripts and other sites cannot use', async () => {
  const login = await server.app.inject({
    method: 'POST',
    url: '/api/login',
    remoteAddress: REMOTE,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `token=${viewer}`,
  });
  assert.equal(login.statusCode, 303);
  const cookie = String(login.headers['set-cookie']);
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Lax/);
  const page = await server.app.inject({
    url: '/api/hosts',
    remoteAddress: REMOTE,
    headers: { cookie: cookie.split(';')[0] ?? '' },
  });
  assert.equal(page.statusCode, 200);
});

test('a token as the password of Basic, for clients that know nothing else', async () => {
  const response = await server.app.inject({
    url: '/api/hosts',
    remoteAddress: REMOTE,
    headers: { authorization: `Basic ${Buffer.from(`any:${viewer}`).toString('base64')}` },
  });
  assert.equal(response.statusCode, 200);
});

test('a remote browser without a token is led to the sign-in page', async () => {
  const response = await server.app.inject({
    url: '/hosts/n001?from=1',
    remoteAddress: REMOTE,
    headers: { accept: 'text/html' },
  });
  assert.equal(response.statusCode, 303);
  assert.equal(response.headers.location, '/login?to=%2Fhosts%2Fn001%3Ffrom%3D1');
});

const returns = [
  { to: '/host/n001?from=1&to=2', leads: '/host/n001?from=1&to=2' },
  { to: '//elsewhere.example/', leads: '/' },
  { to: '/\\elsewhere.example/', leads: '/' },
  { to: 'https://elsewhere.example/', leads: '/' },
  { to: 'javascript:alert(1)', leads: '/' },
  { to: '/a\r\nset-cookie: x=1', leads: '/' },
];
for (const { to, leads } of returns) {
  test(`who signs in to see ${JSON.stringify(to)} is led to ${leads}`, async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/login',
      remoteAddress: REMOTE,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ token: viewer, to }).toString(),
    });
    assert.equal(response.headers.location, leads);
  });
}

test('the form says when nobody has the token, and still knows where to go; what it is given is text', async () => {
  const to = '/host/"><script>';
  const response = await server.app.inject({
    method: 'POST',
    url: '/api/login',
    remoteAddress: REMOTE,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token: 'wrong', to }).toString(),
  });
  assert.equal(response.statusCode, 401);
  assert.match(response.body, /nobody has this token/);
  assert.match(response.body, /value="\/host\/&#34;&#62;&#60;script&#62;"/);
});

const addresses = [
  { address: '127.0.0.1', expected: true },
  { address: '127.9.9.9', expected: true },
  { address: '::1', expected: true },
  { address: '::ffff:127.0.0.1', expected: true },
  { address: '0.0.0.0', expected: false },
  { address: '::', expected: false },
  { address: '10.0.0.1', expected: false },
  { address: '', expected: false },
];
for (const { address, expected } of addresses) {
  test(`${JSON.stringify(address)} is ${expected ? '' : 'not '}loopback`, () => {
    assert.equal(isLoopback(address), expected);
  });
}
