import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type {
  BandRange,
  HostDetail,
  MetricInfo,
  SeriesRange,
  TextValue,
} from '../../../wire/http.ts';
import { Labels } from '../../query/labels.ts';
import { START_S, startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  for (const name of ['a', 'b', 'c']) server.cluster.addHost(name, { rack: 'r1' });
  server.cluster.byName('c')?.setState('down');
  server.cluster.tick(START_S + 60);
  const page = join(server.folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html>the page');
  writeFileSync(join(page, 'assets/index-abc123.js'), 'run()');
});
after(() => server.close());

async function get<T>(url: string): Promise<T> {
  const response = await server.app.inject({ url });
  assert.equal(response.statusCode, 200, response.body);
  return response.json() as T;
}

test('a host is found by name and by id, with its newest values', async () => {
  const byName = await get<HostDetail>('/api/hosts/a');
  const byId = await get<HostDetail>(`/api/hosts/${byName.id}`);
  assert.equal(byId.name, 'a');
  const load = byName.series.find(({ key }) => key === 'load_one');
  assert.equal(load?.value, server.cluster.byName('a')?.seriesByKey('load_one')?.value());
  assert.equal(load?.metric, 'load_one');
  assert.equal(byName.series.find(({ type }) => type === 'string')?.value, '1.0');
});

test('values of a host that is down are unknown, never 0', async () => {
  const { state, series } = await get<HostDetail>('/api/hosts/c');
  assert.equal(state, 'down');
  assert.ok(series.every(({ value }) => value === null));
});

test('metrics say how many hosts have them and by which labels', async () => {
  const metrics = await get<MetricInfo[]>('/api/metrics');
  const disk = metrics.find(({ name }) => name === 'disk_read_bytes');
  assert.deepEqual([disk?.hostCount, disk?.labelNames], [3, ['device']]);
  const names = metrics.map(({ name }) => name);
  assert.deepEqual(names, [...names].sort());
});

test('a series that is silent for longer than its dmax is not listed', async () => {
  const host = server.cluster.addHost('d');
  const [load] = host.series;
  assert.ok(load);
  const own = (name: string, dmax: number) => ({ ...load.metric, name, dmax });
  host.add(own('silent', 60), () => Number.NaN);
  host.add(own('silent_for_ever', 0), () => Number.NaN);
  host.add(own('alive', 60), () => 1);
  const listed = async () => {
    const { series } = await get<HostDetail>('/api/hosts/d');
    const metrics = await get<MetricInfo[]>('/api/metrics');
    const names = metrics.map(({ name }) => name);
    return series.flatMap(({ metric }) => (names.includes(metric) ? metric : [])).slice(-2);
  };
  server.cluster.tell({ kind: 'series-changed', host });
  assert.deepEqual(await listed(), ['silent_for_ever', 'alive']);
  server.cluster.removeHost('d');
});

test('texts are given for every host that has one', async () => {
  const labels = { rack: 'r1' };
  assert.deepEqual(await get<TextValue[]>('/api/texts?metric=os_release'), [
    { host: 'a', labels, value: '1.0' },
    { host: 'b', labels, value: '1.0' },
  ]);
  assert.deepEqual(await get<TextValue[]>('/api/texts?metric=load_one'), []);
});

test('a range has the values that were sampled', async () => {
  const range = await get<SeriesRange>(
    `/api/series?host=a&metric=load_one&from=${START_S}&to=${START_S + 10}&points=10`,
  );
  assert.deepEqual([range.archive, range.stepSeconds, range.startS], ['1s', 1, START_S]);
  const series = server.cluster.byName('a')?.seriesByKey('load_one');
  const expected = Array.from({ length: 10 }, (_, row) => series?.history(START_S + row));
  assert.deepEqual(range.series[0]?.average, expected);
});

test('fewer points fold rows: average, minimum and maximum of each', async () => {
  const url = `/api/series?host=a&metric=load_one&from=${START_S - 40}&to=${START_S}`;
  const fine = await get<SeriesRange>(`${url}&points=40`);
  const coarse = await get<SeriesRange>(`${url}&points=4`);
  assert.equal(coarse.stepSeconds, 10);
  const first = (fine.series[0]?.average.slice(0, 10) ?? []) as number[];
  const rows = coarse.series[0];
  assert.equal(rows?.min[0], Math.min(...first));
  assert.equal(rows?.max[0], Math.max(...first));
  const mean = first.reduce((sum, value) => sum + value, 0) / 10;
  assert.ok(Math.abs((rows?.average[0] ?? 0) - mean) < 1e-9);
});

test('the time after a host went down is null', async () => {
  const range = await get<SeriesRange>(
    `/api/series?host=c&metric=load_one&from=${START_S - 1}&to=${START_S + 3}&points=10`,
  );
  assert.deepEqual(
    range.series[0]?.average.map((value) => value === null),
    [false, false, true, true],
  );
});

test('a graph has its numbers under .json, too', async () => {
  const query = `from=${START_S - 5}&to=${START_S}&points=10`;
  for (const graph of ['series?host=a&metric=load_one', 'bands?metric=load_one'])
    assert.deepEqual(
      await get(`/api/${graph.replace('?', '.json?')}&${query}`),
      await get(`/api/${graph}&${query}`),
    );
});

test('a range as CSV has a column per series, unknown as nothing', async () => {
  const range = `from=${START_S - 1}&to=${START_S + 2}&points=10`;
  const { body, headers } = await server.app.inject({
    url: `/api/series.csv?host=b&host=c&metric=load_one&${range}`,
  });
  assert.match(String(headers['content-type']), /text\/csv/);
  const at = (host: string, second: number) =>
    server.cluster.byName(host)?.seriesByKey('load_one')?.history(second);
  assert.deepEqual(body.split('\r\n'), [
    'time,b load_one,c load_one',
    `2025-12-31T23:59:59.000Z,${at('b', START_S - 1)},${at('c', START_S - 1)}`,
    `2026-01-01T00:00:00.000Z,${at('b', START_S)},${at('c', START_S)}`,
    `2026-01-01T00:00:01.000Z,${at('b', START_S + 1)},`,
    '',
  ]);
});

for (const path of ['/api/series.svg?host=a&metric=load_one', '/api/bands.svg?metric=load_one']) {
  test(`${path} is a picture`, async () => {
    const { body, headers } = await server.app.inject({
      url: `${path}&from=${START_S - 600}&to=${START_S}`,
    });
    assert.match(String(headers['content-type']), /image\/svg/);
    assert.match(body, /^<svg [^>]+>/);
    assert.match(body, /<path d="M[\d. L]+"/);
  });
}

const selections = [
  { query: 'metric=load_one', series: ['a load_one', 'b load_one', 'c load_one'] },
  {
    query: 'host=b&host=a&metric=load_one&metric=cpu_user',
    series: ['b load_one', 'b cpu_user', 'a load_one', 'a cpu_user'],
  },
  {
    query: 'host=a&metric=disk_read_bytes&label.device=sdb',
    series: ['a disk_read_bytes'],
  },
];
for (const { query, series } of selections) {
  test(`a range of ${query}`, async () => {
    const range = await get<SeriesRange>(`/api/series?${query}&only=average`);
    assert.deepEqual(
      range.series.map(({ host, metric }) => `${host} ${metric}`),
      series,
    );
    assert.ok(range.series.every(({ average, min }) => average.length > 0 && min.length === 0));
  });
}

test('bands are those of the hosts that are up', async () => {
  const bands = await get<BandRange>(
    `/api/bands?metric=load_one&from=${START_S - 10}&to=${START_S}&points=10`,
  );
  assert.equal(bands.p50.length, 10);
  assert.ok((bands.p5[0] ?? 9) <= (bands.p50[0] ?? 0));
  assert.deepEqual(bands.count, new Array(10).fill(3));
});

test('a host is found whatever its name is made of', async () => {
  const name = '\u00e9<b>"/%'.repeat(20);
  server.cluster.addHost(name);
  const { name: found } = await get<HostDetail>(`/api/hosts/${encodeURIComponent(name)}`);
  assert.equal(found, name);
  server.cluster.removeHost(name);
});

const refused = [
  { url: '/api/hosts/nobody', status: 404, code: 'host-unknown' },
  { url: '/api/texts', status: 400, code: 'param-missing' },
  { url: '/api/series?host=nobody&metric=load_one', status: 404, code: 'host-unknown' },
  { url: '/api/series?metric=nothing', status: 404, code: 'metric-unknown' },
  { url: '/api/series?host=a', status: 400, code: 'param-missing' },
  { url: '/api/series?metric=load_one&points=0', status: 400, code: 'param-range' },
  { url: '/api/series?metric=load_one&points=20001', status: 400, code: 'param-range' },
  { url: '/api/series?metric=load_one&points=many', status: 400, code: 'param-number' },
  { url: '/api/series?metric=load_one&from=yesterday', status: 400, code: 'param-time' },
  { url: '/api/series?metric=load_one&from=-1q', status: 400, code: 'param-time' },
  { url: '/api/series?metric=load_one&from=20&to=10', status: 400, code: 'param-range' },
  { url: '/api/series?metric=load_one&from=1&from=2', status: 400, code: 'param-repeated' },
  { url: '/api/bands?metric=disk_read_bytes', status: 404, code: 'metric-unknown' },
  { url: '/federate', status: 400, code: 'param-missing' },
  { url: '/federate?match[]=sum(up)', status: 400, code: 'query-parse' },
  { url: '/federate?match[]=up{', status: 400, code: 'query-parse' },
  { url: '/api/bands', status: 400, code: 'param-missing' },
  { url: '/api/nothing', status: 404, code: 'path-unknown' },
  { url: '/api/pxe/nodes', status: 503, code: 'pxe-unreachable' },
];
for (const { url, status, code } of refused) {
  test(`${url} is refused: ${code}`, async () => {
    const response = await server.app.inject({ url });
    assert.deepEqual([response.statusCode, response.json().code], [status, code]);
    assert.ok(response.json().message.length > 10);
  });
}

test('a note is kept and shown, for its host and for all', async () => {
  const timeMs = START_S * 1000 + 1;
  const added = await server.app.inject({
    method: 'POST',
    url: '/api/events',
    payload: { text: 'new <b>kernel</b>', host: 'a', timeMs },
  });
  assert.equal(added.statusCode, 201);
  const range = `from=${START_S}&to=${START_S + 2}`;
  const event = { timeMs, host: 'a', kind: 'note', text: 'new <b>kernel</b>', labels: {} };
  assert.deepEqual(await get(`/api/events?${range}`), [event]);
  assert.deepEqual(await get(`/api/events?host=a&${range}`), [event]);
  assert.deepEqual(await get(`/api/events?host=b&${range}`), []);
});

test('/federate has the newest values of what is selected, with their time', async () => {
  const selectors = ['load_one{host="a"}', '{__name__="up"}'];
  const query = selectors.map((one) => `match[]=${encodeURIComponent(one)}`).join('&');
  const response = await server.app.inject({ url: `/federate?${query}` });
  const value = server.cluster.byName('a')?.seriesByKey('load_one')?.value();
  const timeMs = server.cluster.second * 1000;
  assert.deepEqual(response.body.trim().split('\n'), [
    '# TYPE load_one untyped',
    `load_one{host="a",rack="r1"} ${value} ${timeMs}`,
    '# TYPE up untyped',
    `up{host="a",rack="r1"} 1 ${timeMs}`,
    `up{host="b",rack="r1"} 1 ${timeMs}`,
    `up{host="c",rack="r1"} 0 ${timeMs}`,
  ]);
});

test('/metrics tells how the collector itself does', async () => {
  const { body, headers } = await server.app.inject({ url: '/metrics' });
  assert.match(String(headers['content-type']), /version=0\.0\.4/);
  assert.match(body, /^clustermon_hosts\{state="down"\} 1$/m);
  assert.match(body, /^clustermon_datagrams_rejected_total\{reason="authentication"\} 2$/m);
  assert.match(body, /^process_resident_memory_bytes \d+$/m);
  assert.match(body, /^clustermon_ingest_lag_seconds_bucket\{le="0\.1"\} 98$/m);
  assert.match(body, /^clustermon_ingest_lag_seconds_bucket\{le="\+Inf"\} 100$/m);
  assert.match(body, /^clustermon_ingest_lag_seconds_count 100$/m);
});

test('/metrics and /federate speak OpenMetrics to who prefers it', async () => {
  for (const url of ['/metrics', '/federate?match[]=up']) {
    const headers = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };
    const answer = await server.app.inject({ url, headers });
    assert.match(
      String(answer.headers['content-type']),
      /^application\/openmetrics-text; version=1/,
    );
    assert.match(answer.body, /\n# EOF\n$/);
  }
});

const QUERY = { query: 'sum by (rack) (load_one)', time: String(START_S + 60) };

for (const method of ['GET', 'POST'] as const) {
  test(`Prometheus' API answers ${method} with a viewer's token`, async () => {
    const form = new URLSearchParams(QUERY).toString();
    const response = await server.app.inject({
      method,
      url: method === 'GET' ? `/api/v1/query?${form}` : '/api/v1/query',
      remoteAddress: '10.0.0.9',
      headers: {
        authorization: `Bearer ${server.tokens.add(method, 'viewer', 0)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      ...(method === 'POST' ? { payload: form } : {}),
    });
    assert.equal(response.statusCode, 200, response.body);
    const { status, data } = response.json();
    const at = (host: string) => server.cluster.byName(host)?.seriesByKey('load_one')?.value() ?? 0;
    assert.deepEqual([status, data.resultType], ['success', 'vector']);
    assert.deepEqual(data.result[0].metric, { rack: 'r1' });
    assert.equal(Number(data.result[0].value[1]).toFixed(6), (at('a') + at('b')).toFixed(6));
  });
}

const prometheusCalls = [
  { url: '/api/v1/query?query=1%2B1', expect: /"2"/ },
  { url: '/api/v1/label/host/values', expect: /\["a","b","c"\]/ },
  { url: '/api/v1/labels?match[]=disk_read_bytes', expect: /"device"/ },
  { url: '/api/v1/metadata?metric=load_one', expect: /"type":"gauge"/ },
  { url: '/api/v1/status/buildinfo', expect: /"version":"3/ },
  { url: '/api/v1/targets', expect: /"health":"up"/ },
];
for (const { url, expect } of prometheusCalls) {
  test(`${url} is answered as Prometheus answers it`, async () => {
    const response = await server.app.inject({ url });
    assert.equal(response.statusCode, 200, response.body);
    assert.equal(response.json().status, 'success');
    assert.match(response.body, expect);
  });
}

test('queries find the series that rules make', async () => {
  const labels = Labels.from({ __name__: 'ALERTS', alertname: 'HostDown', host: 'c' });
  server.recorded.append({ labels, value: 1 }, START_S * 1000);
  server.recorded.append({ labels, value: 1 }, (START_S + 59) * 1000);
  const query = encodeURIComponent('ALERTS * on (host) group_left () (up == bool 0)');
  const response = await server.app.inject({
    url: `/api/v1/query?query=${query}&time=${START_S + 60}`,
  });
  const { result } = response.json().data;
  assert.deepEqual(result[0]?.value, [START_S + 60, '1'], response.body);
  const names = await server.app.inject({ url: '/api/v1/label/__name__/values' });
  assert.ok(names.json().data.includes('ALERTS'), names.body);
});

test("a bad query is refused in Prometheus' envelope", async () => {
  const response = await server.app.inject({ url: '/api/v1/query?query=sum(' });
  assert.equal(response.statusCode, 400);
  assert.deepEqual([response.json().status, response.json().errorType], ['error', 'bad_data']);
});

test('a host that is gone can be forgotten, one that is up cannot', async () => {
  server.cluster.addHost('old').setState('stopped');
  const remove = (name: string) =>
    server.app.inject({ method: 'DELETE', url: `/api/hosts/${name}` });
  assert.equal((await remove('a')).json().code, 'host-up');
  assert.equal((await remove('old')).statusCode, 204);
  assert.equal(server.cluster.byName('old'), undefined);
});

const badNotes = [
  { payload: {}, reason: /text/ },
  { payload: { text: '' }, reason: /empty/ },
  { payload: { text: 'x'.repeat(513) }, reason: /513 characters, the limit is 512/ },
  { payload: { text: 'x', timeMs: 'now' }, reason: /timeMs/ },
  { payload: { text: 'x', labels: { 'a-b': 'c' } }, reason: /labels/ },
  { payload: [], reason: /object/ },
];
for (const { payload, reason } of badNotes) {
  test(`no note is added from ${JSON.stringify(payload).slice(0, 40)}`, async () => {
    const response = await server.app.inject({ method: 'POST', url: '/api/events', payload });
    assert.equal(response.statusCode, 400);
    assert.equal(response.json().code, 'body-invalid');
    assert.match(response.json().message, reason);
  });
}

const pages = [
  { url: '/', cache: 'no-cache', body: /the page/ },
  { url: '/hosts/a?range=1h', cache: 'no-cache', body: /the page/ },
  { url: '/assets/index-abc123.js', cache: /immutable/, body: /run/ },
];
for (const { url, cache, body } of pages) {
  test(`${url} is the page, cached as it may be`, async () => {
    const response = await server.app.inject({ url, headers: { accept: 'text/html,*/*' } });
    assert.equal(response.statusCode, 200);
    assert.match(String(response.headers['cache-control']), new RegExp(cache));
    assert.match(response.body, body);
    assert.match(String(response.headers['content-security-policy']), /default-src 'self'/);
  });
}

test('provisioning gets the request as it came, with the caller that we vouch for', async () => {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const pxe = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ request, body });
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":1}');
    });
  });
  await new Promise<void>((resolve) => {
    pxe.listen(join(server.folder, 'pxe.sock'), resolve);
  });
  try {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/pxe/nodes?dry=1',
      headers: { 'x-clustermon-caller': 'forged', cookie: 'secret=1' },
      payload: { name: 'n001' },
    });
    assert.deepEqual([response.statusCode, response.json()], [201, { id: 1 }]);
    const { request, body } = seen[0] ?? assert.fail('nothing arrived');
    assert.equal(request.url, '/api/pxe/nodes?dry=1');
    assert.equal(body, '{"name":"n001"}');
    assert.equal(request.headers['x-clustermon-caller'], 'local');
    assert.equal(request.headers.cookie, undefined);
  } finally {
    pxe.close();
  }
});
