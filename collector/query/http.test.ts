import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fastify from 'fastify';
import { InputError } from '../../base/errors.ts';
import { answerApi } from './api.ts';
import { DEFAULT_LIMITS } from './budget.ts';
import { registerPrometheusApi } from './http.ts';
import { Labels } from './labels.ts';
import { MemorySource } from './memory-source.ts';

const NOW_MS = 1_700_000_000_000;
const NODES = ['n001', 'n002', 'n003'];

const source = new MemorySource();
for (const [index, node] of NODES.entries()) {
  const samples = Array.from({ length: 61 }, (_, i) => ({
    timeMs: NOW_MS - 600_000 + i * 10_000,
    value: i * (index + 1),
  }));
  source.add(Labels.from({ __name__: 'load1', node }), samples);
  source.add(Labels.from({ __name__: 'ticks_total', node }), samples);
}

let isBusy = false;
const app = fastify();
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, new URLSearchParams(body as string)),
);
registerPrometheusApi(app, {
  run: async (request) => {
    if (isBusy) throw new InputError('busy', 'too many queries are running');
    return answerApi(request, {
      source,
      nowMs: () => NOW_MS,
      limits: { ...DEFAULT_LIMITS, samplesMax: 400 },
    });
  },
  metadata: () => ({
    load1: [{ type: 'gauge', help: 'Load over 1 minute.', unit: '' }],
    ticks_total: [{ type: 'counter', help: 'Ticks.', unit: '' }],
  }),
  documents: new Map([['status/buildinfo', () => ({ version: '3.0.0' })]]),
});
after(() => app.close());

interface Envelope {
  readonly status: string;
  readonly data?: unknown;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

async function get(
  path: string,
  params: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<{ readonly status: number; readonly body: Envelope }> {
  const response = await app.inject({ url: `/api/v1/${path}`, query: formOf(params).toString() });
  return { status: response.statusCode, body: response.json() };
}

async function post(path: string, params: Readonly<Record<string, string>>): Promise<Envelope> {
  const response = await app.inject({
    method: 'POST',
    url: `/api/v1/${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: formOf(params).toString(),
  });
  return response.json();
}

function formOf(params: Readonly<Record<string, string | readonly string[]>>): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(params))
    for (const value of [values].flat()) form.append(name, value);
  return form;
}

test('what Grafana asks on "Save & test"', async () => {
  assert.deepEqual(await post('query', { query: '1+1', time: '4' }), {
    status: 'success',
    data: { resultType: 'scalar', result: [4, '2'] },
  });
  assert.deepEqual((await get('status/buildinfo')).body.data, { version: '3.0.0' });
  assert.deepEqual((await get('metadata', { metric: 'load1' })).body.data, {
    load1: [{ type: 'gauge', help: 'Load over 1 minute.', unit: '' }],
  });
});

test('what Grafana asks for a dashboard with a variable', async () => {
  const range = { start: String(NOW_MS / 1000 - 600), end: String(NOW_MS / 1000) };
  assert.deepEqual(
    (await get('label/node/values', { 'match[]': 'load1', ...range })).body.data,
    NODES,
  );
  const answer = await post('query_range', {
    query: 'sum(increase(ticks_total{node=~"n00[12]"}[1m]))',
    step: '5m',
    ...range,
  });
  assert.deepEqual(answer, {
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1699999700, '18'],
            [1700000000, '18'],
          ],
        },
      ],
    },
  });
});

test('an instant vector, a range vector and a string', async () => {
  const vector = (await get('query', { query: 'load1{node="n002"}' })).body;
  assert.deepEqual(vector.data, {
    resultType: 'vector',
    result: [{ metric: { __name__: 'load1', node: 'n002' }, value: [1700000000, '120'] }],
  });
  const matrix = (await get('query', { query: 'load1{node="n003"}[20s]', time: '1700000000.000' }))
    .body;
  assert.deepEqual(matrix.data, {
    resultType: 'matrix',
    result: [
      {
        metric: { __name__: 'load1', node: 'n003' },
        values: [
          [1699999990, '177'],
          [1700000000, '180'],
        ],
      },
    ],
  });
  const text = (await get('query', { query: '"a\\nb"', time: '2023-11-14T22:13:20.5Z' })).body;
  assert.deepEqual(text.data, { resultType: 'string', result: [1700000000.5, 'a\nb'] });
});

test('special values and annotations', async () => {
  const special = (
    await get('query', {
      query: 'vector(-1/0) or label_replace(vector(0/0), "a", "b", "", "")',
      time: '0',
    })
  ).body;
  assert.deepEqual(special.data, {
    resultType: 'vector',
    result: [
      { metric: {}, value: [0, '-Inf'] },
      { metric: { a: 'b' }, value: [0, 'NaN'] },
    ],
  });
  const noted = (await get('query', { query: 'sum(rate(load1[1m])) + quantile(2, load1)' })).body;
  assert.deepEqual(noted.warnings, [
    'PromQL warning: quantile value should be between 0 and 1, got 2 (1:33)',
  ]);
  assert.deepEqual(noted.infos, [
    'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "load1" (1:10)',
  ]);
});

test('series, labels and values of labels, with limits', async () => {
  assert.deepEqual(
    (await get('series', { 'match[]': ['load1{node="n001"}', '{node="n001"}'] })).body.data,
    [
      { __name__: 'load1', node: 'n001' },
      { __name__: 'ticks_total', node: 'n001' },
    ],
  );
  assert.deepEqual((await get('labels')).body.data, ['__name__', 'node']);
  assert.deepEqual((await get('label/__name__/values')).body.data, ['load1', 'ticks_total']);
  assert.deepEqual((await get('label/node/values', { limit: '2' })).body, {
    status: 'success',
    data: ['n001', 'n002'],
    warnings: ['results truncated due to limit'],
  });
  assert.deepEqual(
    (await get('query', { query: 'count by (node) (load1)', limit: '1' })).body.warnings,
    ['results truncated due to limit'],
  );
  const past = { start: '1', end: '2' };
  assert.deepEqual((await get('label/node/values', past)).body.data, []);
});

test('queries are formatted and taken apart', async () => {
  assert.equal(
    (await get('format_query', { query: 'SUM(rate(x[300s]))' })).body.data,
    'sum(rate(x[5m]))',
  );
  assert.deepEqual((await post('parse_query', { query: '-x{a="b"}[5m:]' })).status, 'error');
  assert.deepEqual((await post('parse_query', { query: 'x{a!="b"} offset 1m' })).data, {
    type: 'vectorSelector',
    name: 'x',
    offset: 60000,
    matchers: [
      { name: 'a', type: '!=', value: 'b' },
      { name: '__name__', type: '=', value: 'x' },
    ],
    timestamp: null,
    startOrEnd: null,
    anchored: false,
    smoothed: false,
  });
  assert.deepEqual((await get('query_exemplars', { query: 'x' })).body.data, []);
});

for (const [path, params, status, errorType, error] of [
  [
    'query',
    {},
    400,
    'bad_data',
    /^invalid parameter "query": 1:1: parse error: no expression found/,
  ],
  ['query', { query: 'sum(' }, 400, 'bad_data', /^invalid parameter "query": 1:5: parse error: /],
  [
    'query',
    { query: '1', time: 'x' },
    400,
    'bad_data',
    /^invalid parameter "time": cannot parse "x"/,
  ],
  ['query', { query: '1', timeout: 'x' }, 400, 'bad_data', /"timeout"/],
  ['query', { query: '1', limit: '-1' }, 400, 'bad_data', /limit must be non-negative/],
  ['query', { query: 'load1 + on() load1' }, 422, 'execution', /many-to-many matching not allowed/],
  ['query', { query: 'load1[1h]' }, 200, undefined, undefined],
  ['query', { query: '{node=~".+"}[1h]' }, 200, undefined, undefined],
  ['query', { query: '{node=~".+"}[1h] or x' }, 400, 'bad_data', /"query"/],
  [
    'query',
    { query: 'sum(rate({node!=""}[1h])) + sum(rate({node!=""}[1h]))' },
    422,
    'execution',
    /too many samples .*more than 400/,
  ],
  [
    'query_range',
    { query: '1', start: '0', end: '11001', step: '1' },
    400,
    'bad_data',
    /exceeded maximum resolution of 11,000/,
  ],
  ['query_range', { query: '1', start: '0', end: '11000', step: '1' }, 200, undefined, undefined],
  [
    'query_range',
    { query: '1', start: '1', end: '0', step: '1' },
    400,
    'bad_data',
    /must not be before start/,
  ],
  [
    'query_range',
    { query: '1', start: '0', end: '1', step: '0' },
    400,
    'bad_data',
    /zero or negative/,
  ],
  ['query_range', { query: '1', start: '0', end: '1' }, 400, 'bad_data', /"step"/],
  [
    'query_range',
    { query: 'x[1m]', start: '0', end: '1', step: '1' },
    400,
    'bad_data',
    /invalid expression type "range vector"/,
  ],
  ['series', {}, 400, 'bad_data', /no match\[\] parameter provided/],
  ['series', { 'match[]': '{a=""}' }, 400, 'bad_data', /at least one non-empty matcher/],
  ['labels', { 'match[]': '1' }, 400, 'bad_data', /not a series selector/],
  ['labels', { start: '2', end: '1' }, 400, 'bad_data', /must not be before start/],
] as const) {
  test(`${path} ${JSON.stringify(params)} gives ${status}`, async () => {
    const { status: given, body } = await get(path, params);
    assert.equal(given, status, JSON.stringify(body).slice(0, 300));
    assert.equal(body.errorType, errorType);
    if (error) assert.match(body.error ?? '', error);
  });
}

test('a server without a free thread says so', async () => {
  isBusy = true;
  const { status, body } = await get('query', { query: '1' });
  isBusy = false;
  assert.equal(status, 503);
  assert.equal(body.errorType, 'unavailable');
});
